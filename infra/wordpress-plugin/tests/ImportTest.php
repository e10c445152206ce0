<?php

namespace Igny8\Tests;

use PHPUnit\Framework\TestCase;

final class ImportTest extends TestCase
{
    /** @var Site */
    private static $site;

    public static function setUpBeforeClass(): void
    {
        self::$site = Site::paired();
    }

    /**
     * @param array<string, mixed> $with
     */
    private function import(array $with): Answer
    {
        return self::$site->post('import-content', Site::article($with));
    }

    private function posts(string $externalId): int
    {
        return (int) self::$site->value("SELECT COUNT(*) FROM wp_posts WHERE guid = 'urn:uuid:$externalId'
            AND post_type = 'post'");
    }

    public function testArticleBecomesAPost(): void
    {
        $id = Site::uuid();
        $content = "<!-- wp:heading {\"level\":2} -->\n<h2 class=\"wp-block-heading\">C:\\Temp &amp; “quotes” 🍎</h2>\n"
            . "<!-- /wp:heading -->\n\n<!-- wp:code {\"note\":\"a\\u002d\\u002db\"} -->\n"
            . "<pre class=\"wp-block-code\"><code>\\n \\u0041 \\\\</code></pre>\n<!-- /wp:code -->";
        $answer = $this->import([
            'external_id' => $id, 'title' => 'Back\\slash & "more"', 'slug' => 'My Slug', 'content' => $content,
            'excerpt' => 'Short \\ text', 'categories' => ['R & D', 'R & D'], 'tags' => ['apples, red', 'Äpfel'],
            'provenance' => ['model' => 'offline', 'path' => 'a/b'], 'language' => 'pt-BR',
        ]);
        self::assertSame('200 ok', $answer->outcome());
        self::assertTrue($answer->json['created']);
        self::assertFalse($answer->json['repeated']);
        self::assertFalse($answer->json['sanitized']);
        self::assertSame('publish', $answer->json['status']);
        $post = self::$site->rows("SELECT * FROM wp_posts WHERE ID = {$answer->json['post_id']}")[0];
        self::assertSame($content, $post['post_content']);
        self::assertSame('Short \\ text', $post['post_excerpt']);
        self::assertSame('my-slug', $post['post_name']);
        self::assertSame(hash('sha256', $post['post_title'] . "\n" . $content), $answer->json['content_hash']);
        self::assertSame("urn:uuid:$id", $post['guid']);
        $terms = self::$site->rows("SELECT t.name, x.taxonomy FROM wp_term_relationships r
            JOIN wp_term_taxonomy x USING (term_taxonomy_id) JOIN wp_terms t USING (term_id)
            WHERE r.object_id = {$post['ID']} ORDER BY x.taxonomy, t.name");
        self::assertSame(['R &amp; D', 'Äpfel', 'apples, red'], array_column($terms, 'name'));
        self::assertSame('{"model":"offline","path":"a/b"}', $answer->json['stored_meta']['_igny8_provenance']);
        self::assertSame('pt-BR', $answer->json['stored_meta']['_igny8_language']);
        $page = self::$site->page($answer->json['permalink']);
        self::assertStringContainsString('C:\\Temp', $page);
    }

    public function testSameRequestTwiceIsOnePost(): void
    {
        $id = Site::uuid();
        $first = $this->import(['external_id' => $id]);
        $again = $this->import(['external_id' => $id, 'epoch' => 1]);
        self::assertSame('200 ok', $again->outcome());
        self::assertTrue($again->json['repeated']);
        self::assertSame(1, $this->posts($id));
        $stored = $again->json;
        self::assertSame($first->json['modified_gmt'], $stored['current']['modified_gmt']);
        unset($stored['current']);
        self::assertEquals(['repeated' => true] + $first->json, $stored);
    }

    public function testEightParallelImportsAreOnePost(): void
    {
        $id = Site::uuid();
        $article = Site::article(['external_id' => $id, 'categories' => ['Parallel ' . $id]]);
        $requests = [];
        for ($i = 0; $i < 8; $i++) {
            $request = self::$site->request('POST', 'import-content', json_encode($article));
            $request['headers']['X-Test-Pause-At'] = 'wp_insert_post_data';
            $requests[] = $request;
        }
        $answers = self::$site->sendAll($requests);
        foreach ($answers as $answer) {
            self::assertSame('200 ok', $answer->outcome(), $answer->raw);
        }
        self::assertSame(1, $this->posts($id));
        self::assertCount(1, array_unique(array_map(function (Answer $answer): int {
            return $answer->json['post_id'];
        }, $answers)));
        self::assertCount(1, array_filter($answers, function (Answer $answer): bool {
            return !$answer->json['repeated'];
        }));
    }

    public function testParallelImportsOfOneNewCategoryMakeItOnce(): void
    {
        $name = 'Twins ' . bin2hex(random_bytes(4));
        $requests = [];
        for ($i = 0; $i < 6; $i++) {
            $request = self::$site->request('POST', 'import-content', json_encode(Site::article([
                'categories' => [$name],
            ])));
            $request['headers']['X-Test-Pause-At'] = 'pre_insert_term';
            $requests[] = $request;
        }
        foreach (self::$site->sendAll($requests) as $answer) {
            self::assertSame('200 ok', $answer->outcome(), $answer->raw);
        }
        self::assertSame('1', self::$site->value("SELECT COUNT(*) FROM wp_terms WHERE name = '$name'"));
    }

    public function testNewerRevisionUpdatesThePost(): void
    {
        $id = Site::uuid();
        $first = $this->import(['external_id' => $id, 'status' => 'draft', 'tags' => ['kept']]);
        $second = $this->import(['external_id' => $id, 'revision' => 2, 'title' => 'Pears',
            'expected_modified_gmt' => $first->json['modified_gmt']]);
        self::assertSame('200 ok', $second->outcome(), $second->raw);
        self::assertFalse($second->json['created']);
        self::assertSame($first->json['post_id'], $second->json['post_id']);
        self::assertSame('publish', $second->json['status']);
        self::assertSame(1, $this->posts($id));
        self::assertSame('1', self::$site->value("SELECT COUNT(*) FROM wp_term_relationships r
            JOIN wp_term_taxonomy USING (term_taxonomy_id) JOIN wp_terms USING (term_id)
            WHERE r.object_id = {$first->json['post_id']} AND name = 'kept'"));
        self::assertSame('409 igny8_stale_revision', $this->import(['external_id' => $id])->outcome());
    }

    public function testRevisionWithOtherContentIsRefused(): void
    {
        $id = Site::uuid();
        $this->import(['external_id' => $id]);
        $again = $this->import(['external_id' => $id, 'title' => 'Something else']);
        self::assertSame('409 igny8_revision_reused', $again->outcome());
    }

    public function testEditInWpAdminIsAConflict(): void
    {
        $id = Site::uuid();
        $first = $this->import(['external_id' => $id]);
        $postId = $first->json['post_id'];
        // Within the same second too: the content tells.
        self::$site->evaluate("wp_update_post(['ID' => $postId, 'post_content' => '<p>A person was here.</p>']);");
        $next = ['external_id' => $id, 'revision' => 2, 'title' => 'Pears'];
        $refused = $this->import($next);
        self::assertSame('409 igny8_conflict', $refused->outcome());
        $current = $refused->json['data']['current'];
        self::assertSame('<p>A person was here.</p>', $current['content']);
        self::assertSame('Autumn apples', $current['title']);
        self::assertSame('<p>A person was here.</p>', self::$site->value(
            "SELECT post_content FROM wp_posts WHERE ID = $postId"
        ));
        $blind = $this->import(['expected_modified_gmt' => $first->json['modified_gmt']] + $next);
        self::assertSame('409 igny8_conflict', $blind->outcome());
        $chosen = $this->import(['expected_modified_gmt' => $current['modified_gmt']] + $next);
        self::assertSame('200 ok', $chosen->outcome(), $chosen->raw);
        self::assertFalse($chosen->json['repeated']);
        self::$site->evaluate("wp_update_post(['ID' => $postId, 'post_content' => '<p>And again.</p>']);");
        self::assertSame('409 igny8_conflict', $this->import(['revision' => 3] + $next)->outcome());
        self::assertSame('200 ok', $this->import(['revision' => 3, 'force' => true] + $next)->outcome());
    }

    public function testExpectedTimeIsCompared(): void
    {
        $id = Site::uuid();
        $this->import(['external_id' => $id]);
        $refused = $this->import(['external_id' => $id, 'revision' => 2, 'title' => 'New',
            'expected_modified_gmt' => '2020-01-01 00:00:00']);
        self::assertSame('409 igny8_conflict', $refused->outcome());
    }

    public function testUnpublishedByAPersonStaysUnpublished(): void
    {
        $id = Site::uuid();
        $postId = $this->import(['external_id' => $id])->json['post_id'];
        self::$site->rows("UPDATE wp_posts SET post_status = 'draft',
            post_modified_gmt = post_modified_gmt + INTERVAL 5 SECOND WHERE ID = $postId");
        $answer = $this->import(['external_id' => $id, 'revision' => 2, 'seo' => ['title' => 'x']]);
        self::assertSame('409 igny8_conflict', $answer->outcome());
    }

    public function testTrashedAndDeletedPostsComeBackOnlyWhenThatWasSeen(): void
    {
        $id = Site::uuid();
        $postId = $this->import(['external_id' => $id])->json['post_id'];
        self::$site->evaluate("wp_trash_post($postId);");
        $next = ['external_id' => $id, 'revision' => 2, 'slug' => 'back-' . substr($id, 0, 8)];
        $refused = $this->import($next);
        self::assertSame('409 igny8_conflict', $refused->outcome());
        self::assertSame('trash', $refused->json['data']['current']['status']);
        $back = $this->import(['expected_modified_gmt' => $refused->json['data']['current']['modified_gmt']] + $next);
        self::assertSame('200 ok', $back->outcome(), $back->raw);
        self::assertSame([$postId, 'publish', $next['slug']], [
            $back->json['post_id'], $back->json['status'], $back->json['slug'],
        ]);
        self::$site->evaluate("wp_delete_post($postId, true);");
        $gone = $this->import(['external_id' => $id, 'revision' => 3]);
        self::assertSame('409 igny8_conflict', $gone->outcome());
        self::assertNull($gone->json['data']['current']);
        $again = $this->import(['external_id' => $id, 'revision' => 3, 'expected_modified_gmt' => '']);
        self::assertTrue($again->json['created'], $again->raw);
        self::assertSame(1, $this->posts($id));
        self::$site->evaluate("wp_delete_post({$again->json['post_id']}, true);");
        $forced = $this->import(['external_id' => $id, 'revision' => 4, 'force' => true]);
        self::assertTrue($forced->json['created'], $forced->raw);
    }

    public function testImportCutOffAfterThePostWasMadeIsFinishedNotRepeated(): void
    {
        $id = Site::uuid();
        $first = $this->import(['external_id' => $id]);
        // As after a crash between the post and our record of it.
        self::$site->rows("UPDATE wp_igny8_post SET post_id = 0, revision = 0, payload_hash = '', result = NULL
            WHERE external_id = '$id'");
        self::$site->rows("DELETE FROM wp_postmeta WHERE post_id = {$first->json['post_id']}");
        self::assertSame(['found' => false], self::$site->post('lookup', ['external_id' => $id])->json);
        $again = $this->import(['external_id' => $id, 'seo' => ['title' => 'T']]);
        self::assertSame('200 ok', $again->outcome(), $again->raw);
        self::assertSame($first->json['post_id'], $again->json['post_id']);
        self::assertSame('T', $again->json['stored_meta']['_igny8_seo_title']);
        self::assertSame(1, $this->posts($id));
    }

    public function testUpdateCutOffBeforeItWasRecordedIsNoConflict(): void
    {
        $id = Site::uuid();
        $this->import(['external_id' => $id]);
        $row = self::$site->rows("SELECT * FROM wp_igny8_post WHERE external_id = '$id'")[0];
        $second = ['external_id' => $id, 'revision' => 2, 'title' => 'Pears'];
        self::assertSame('200 ok', $this->import($second)->outcome());
        self::$site->rows("UPDATE wp_igny8_post SET revision = 1, payload_hash = '{$row['payload_hash']}',
            result = JSON_SET(result, '$.modified_gmt', '2020-01-01T00:00:00Z', '$.content_hash', 'x')
            WHERE external_id = '$id'");
        self::assertSame('200 ok', $this->import($second)->outcome());
    }

    public function testContentIsCleaned(): void
    {
        $answer = $this->import([
            'title' => 'Hello <script>alert(1)</script>',
            'content' => '<p onclick="x()">Text<script>alert(1)</script><iframe src="https://e.test"></iframe></p>',
        ]);
        self::assertTrue($answer->json['sanitized']);
        $post = self::$site->rows("SELECT * FROM wp_posts WHERE ID = {$answer->json['post_id']}")[0];
        self::assertStringNotContainsString('<script', $post['post_title'] . $post['post_content']);
        self::assertStringNotContainsString('onclick', $post['post_content']);
        self::assertStringNotContainsString('iframe', $post['post_content']);
    }

    public function testAdministratorsLoginDoesNotLiftTheCleaning(): void
    {
        $request = self::$site->request('POST', 'import-content', json_encode(Site::article([
            'content' => '<p>x</p><iframe src="https://e.test"></iframe>',
        ])));
        $request['headers']['Authorization'] = 'Basic '
            . base64_encode(self::$site->info['user'] . ':' . self::$site->info['app_password']);
        $answer = self::$site->send($request);
        self::assertSame('200 ok', $answer->outcome(), $answer->raw);
        self::assertTrue($answer->json['sanitized']);
    }

    public function testScheduledPostKeepsItsTime(): void
    {
        $answer = $this->import(['status' => 'future', 'date_gmt' => '2031-05-06T07:08:09Z']);
        self::assertSame(['future', '2031-05-06T07:08:09Z'], [$answer->json['status'], $answer->json['date_gmt']]);
        $refused = $this->import(['status' => 'future']);
        self::assertSame(['date_gmt'], array_keys($refused->json['data']['fields']));
    }

    public function testAuthorIsFoundByEmail(): void
    {
        self::$site->evaluate("wp_insert_user(['user_login' => 'ann', 'user_pass' => 'x', 'role' => 'author',
            'user_email' => 'ann@example.test']);");
        $answer = $this->import(['author_email' => 'ANN@example.test']);
        self::assertTrue($answer->json['author_matched']);
        self::assertSame('ann', self::$site->value("SELECT user_login FROM wp_users u JOIN wp_posts p
            ON p.post_author = u.ID WHERE p.ID = {$answer->json['post_id']}"));
        $other = $this->import(['author_email' => 'nobody@example.test']);
        self::assertFalse($other->json['author_matched']);
        self::assertSame('admin', self::$site->value("SELECT user_login FROM wp_users u JOIN wp_posts p
            ON p.post_author = u.ID WHERE p.ID = {$other->json['post_id']}"));
    }

    public function testOwnSeoFieldsAreStoredAndPrinted(): void
    {
        $answer = $this->import(['seo' => [
            'title' => 'Apples & "more"', 'description' => 'All about <b>apples</b>', 'focus_keyword' => 'apples',
        ]]);
        self::assertSame('apples', $answer->json['stored_meta']['_igny8_seo_focus_keyword']);
        $page = self::$site->page($answer->json['permalink']);
        self::assertStringContainsString('<title>Apples &amp; &quot;more&quot;</title>', $page);
        self::assertStringContainsString('<meta name="description" content="All about apples" />', $page);
    }

    /**
     * @dataProvider seoPlugins
     */
    public function testSeoFieldsGoToTheActivePlugin(string $constant, string $name, string $key): void
    {
        self::$site->evaluate("update_option('test_pretend_seo', '$constant');");
        try {
            self::assertSame($name, self::$site->get('status')->json['site']['seo_plugin']);
            $answer = $this->import(['seo' => ['description' => 'Crisp.']]);
            self::assertSame('Crisp.', $answer->json['stored_meta'][$key]);
            self::assertStringNotContainsString('Crisp.', self::$site->page($answer->json['permalink']));
        } finally {
            self::$site->evaluate("delete_option('test_pretend_seo');");
        }
    }

    /**
     * @return array<int, array<int, string>>
     */
    public function seoPlugins(): array
    {
        return [
            ['WPSEO_VERSION', 'yoast', '_yoast_wpseo_metadesc'],
            ['RANK_MATH_VERSION', 'rank_math', 'rank_math_description'],
            ['SEOPRESS_VERSION', 'seopress', '_seopress_titles_desc'],
        ];
    }

    public function testAllWrongFieldsAreNamedAtOnce(): void
    {
        $answer = $this->import(['external_id' => '7', 'revision' => 0, 'title' => ' ', 'status' => 'trash',
            'categories' => 'News', 'date_gmt' => 'tomorrow', 'force' => 'yes']);
        self::assertSame('422 igny8_invalid', $answer->outcome());
        $fields = array_keys($answer->json['data']['fields']);
        sort($fields);
        self::assertSame(['categories', 'date_gmt', 'external_id', 'force', 'revision', 'status', 'title'], $fields);
        $answer = self::$site->send(self::$site->request('POST', 'import-content', '"text"'));
        self::assertSame('400 igny8_not_json', $answer->outcome());
    }

    public function testUnknownFeaturedImageIsRefusedBeforeAnythingIsMade(): void
    {
        $id = Site::uuid();
        $answer = $this->import(['external_id' => $id, 'featured_media_id' => 999999]);
        self::assertSame('422 igny8_no_such_image', $answer->outcome());
        self::assertSame(0, $this->posts($id));
        self::assertSame('200 ok', $this->import(['external_id' => $id])->outcome());
    }

    public function testLookupTellsWhatBecameOfIt(): void
    {
        $id = Site::uuid();
        self::assertSame(['found' => false], self::$site->post('lookup', ['external_id' => $id])->json);
        $made = $this->import(['external_id' => $id])->json;
        $found = self::$site->post('lookup', ['external_id' => strtoupper($id)])->json;
        self::assertTrue($found['found']);
        self::assertSame([$made['post_id'], $made['revision'], $made['permalink']], [
            $found['post_id'], $found['revision'], $found['permalink'],
        ]);
    }

    public function testReplacedOwnerIsFencedOff(): void
    {
        $id = Site::uuid();
        self::assertSame('200 ok', $this->import(['external_id' => $id, 'epoch' => 7])->outcome());
        $stale = $this->import(['external_id' => $id, 'revision' => 2, 'epoch' => 6, 'title' => 'Late']);
        self::assertSame('409 igny8_stale_epoch', $stale->outcome());
        self::assertSame(7, $stale->json['data']['epoch']);
        self::assertSame('Autumn apples', self::$site->value(
            "SELECT post_title FROM wp_posts WHERE guid = 'urn:uuid:$id' AND post_type = 'post'"
        ));
        self::assertSame('200 ok', $this->import(['external_id' => $id, 'revision' => 2, 'epoch' => 8])->outcome());
    }
}
