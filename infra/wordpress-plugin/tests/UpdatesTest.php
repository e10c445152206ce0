<?php

namespace Igny8\Tests;

use PHPUnit\Framework\TestCase;

final class UpdatesTest extends TestCase
{
    /** @var Site */
    private static $site;

    public static function setUpBeforeClass(): void
    {
        self::$site = Site::paired();
    }

    private function head(): int
    {
        return self::$site->get('status')->json['changes_head'];
    }

    public function testWhatPeopleDoIsListedInOrder(): void
    {
        $article = Site::article();
        $cursor = $this->head();
        $id = self::$site->post('import-content', $article)->json['post_id'];
        self::$site->post('import-content', ['revision' => 2, 'title' => 'Ours'] + $article);
        self::assertSame($cursor, $this->head(), 'our own writes are not news');
        self::$site->evaluate("wp_update_post(['ID' => $id, 'post_title' => 'Edited']);");
        self::$site->evaluate("wp_update_post(['ID' => $id, 'post_status' => 'draft']);");
        self::$site->evaluate("wp_trash_post($id);");
        self::$site->evaluate("wp_untrash_post($id);");
        self::$site->evaluate("wp_delete_post($id, true);");
        self::$site->evaluate("wp_insert_post(['post_title' => 'Not ours', 'post_status' => 'publish']);");
        $pulled = self::$site->get('pull-updates', "?cursor=$cursor")->json;
        self::assertSame(
            ['updated', 'status', 'trashed', 'restored', 'deleted'],
            array_column($pulled['changes'], 'kind')
        );
        self::assertSame(range($cursor + 1, $cursor + 5), array_column($pulled['changes'], 'seq'));
        self::assertSame([false, false, $cursor + 5], [$pulled['gap'], $pulled['more'], $pulled['next_cursor']]);
        self::assertSame($article['external_id'], $pulled['changes'][0]['external_id']);
        self::assertNull($pulled['changes'][4]['current']);
        $page = self::$site->get('pull-updates', "?cursor=$cursor&limit=2")->json;
        self::assertSame([2, true, $cursor + 2], [count($page['changes']), $page['more'], $page['next_cursor']]);
    }

    public function testNumbersStayGaplessInParallel(): void
    {
        $cursor = $this->head();
        $ids = [];
        for ($i = 0; $i < 6; $i++) {
            $ids[] = self::$site->post('import-content', Site::article())->json['post_id'];
        }
        $login = 'Basic ' . base64_encode(self::$site->info['user'] . ':' . self::$site->info['app_password']);
        $answers = self::$site->sendAll(array_map(function (int $id) use ($login): array {
            return ['method' => 'POST', 'url' => self::$site->info['rest'] . "wp/v2/posts/$id",
                'headers' => ['Content-Type' => 'application/json', 'Authorization' => $login],
                'body' => json_encode(['title' => 'Edited over REST'])];
        }, $ids));
        foreach ($answers as $answer) {
            self::assertSame(200, $answer->status, $answer->raw);
        }
        $pulled = self::$site->get('pull-updates', "?cursor=$cursor")->json;
        self::assertSame(range($cursor + 1, $cursor + 6), array_column($pulled['changes'], 'seq'));
    }

    public function testChangesNotedAtOnceAreAllThere(): void
    {
        $cursor = $this->head();
        $note = "\$append = Closure::bind(function (int \$id): void {
            self::append(\$id, '00000000-0000-4000-8000-000000000000', 'updated');
        }, null, Igny8\\Content\\Changes::class);
        for (\$n = 1; \$n <= 200; \$n++) {
            \$append(\$n);
        }";
        self::$site->evaluateAll(array_fill(0, 6, $note));
        self::assertSame($cursor + 1200, $this->head());
    }

    public function testScheduledPostThatWentOutIsNews(): void
    {
        $id = self::$site->post('import-content', Site::article([
            'status' => 'future', 'date_gmt' => '2031-05-06T07:08:09Z',
        ]))->json['post_id'];
        $cursor = $this->head();
        self::$site->evaluate("wp_publish_post($id);");
        $change = self::$site->get('pull-updates', "?cursor=$cursor")->json['changes'][0];
        self::assertSame(['status', 'publish'], [$change['kind'], $change['current']['status']]);
    }

    public function testUnknownCursorIsRefused(): void
    {
        $answer = self::$site->get('pull-updates', '?cursor=' . ($this->head() + 1));
        self::assertSame('409 igny8_cursor_unknown', $answer->outcome());
        self::assertSame($this->head(), $answer->json['data']['changes_head']);
    }

    public function testSettingsGoBothWays(): void
    {
        self::$site->evaluate("wp_insert_user(['user_login' => 'eve', 'user_pass' => 'x', 'role' => 'editor',
            'user_email' => 'eve@example.test']);");
        $answer = self::$site->post('sync-settings', ['revision' => 3, 'settings' => [
            'default_author_email' => 'eve@example.test',
        ]]);
        self::assertSame('200 ok', $answer->outcome(), $answer->raw);
        self::assertContains('eve@example.test', array_column($answer->json['site']['authors'], 'email'));
        self::assertContains('Uncategorized', array_column($answer->json['site']['categories'], 'name'));
        $post = self::$site->post('import-content', Site::article())->json['post_id'];
        self::assertSame('eve', self::$site->evaluate("echo get_userdata(get_post($post)->post_author)->user_login;"));
        $late = self::$site->post('sync-settings', ['revision' => 2, 'settings' => ['default_author_email' => '']]);
        self::assertSame('409 igny8_stale_revision', $late->outcome());
        $read = self::$site->post('sync-settings', []);
        self::assertSame([3, 'eve@example.test'], [
            $read->json['revision'], $read->json['settings']['default_author_email'],
        ]);
    }
}
