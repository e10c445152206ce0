<?php

namespace Igny8\Tests;

use PHPUnit\Framework\TestCase;

/**
 * The site's process is killed at a hook of WordPress; the app tries again. There is one
 * post, complete, and no conflict with ourselves.
 */
final class CrashTest extends TestCase
{
    /** @var Site */
    private static $site;

    public static function setUpBeforeClass(): void
    {
        self::$site = Site::paired();
    }

    /**
     * @param array<string, mixed> $request
     */
    private function dieAt(string $hook, array $request): void
    {
        $request['headers']['X-Test-Die-At'] = $hook;
        self::assertSame(502, self::$site->send($request)->status, "the request did not reach $hook");
    }

    /**
     * @dataProvider importHooks
     */
    public function testFirstImport(string $hook): void
    {
        $article = Site::article([
            'categories' => ["Crash $hook"], 'tags' => ["crash-$hook"], 'seo' => ['title' => 'T'],
        ]);
        $this->dieAt($hook, self::$site->request('POST', 'import-content', json_encode($article)));
        $again = self::$site->post('import-content', $article);
        self::assertSame('200 ok', $again->outcome(), $again->raw);
        $this->assertComplete($article, $again, ["Crash $hook", "crash-$hook"]);
    }

    /**
     * @dataProvider importHooks
     */
    public function testUpdate(string $hook): void
    {
        $article = Site::article();
        self::$site->post('import-content', $article);
        $article = ['revision' => 2, 'title' => 'Pears', 'tags' => ["pears-$hook"], 'seo' => ['title' => 'T'],
            'categories' => ["Pears $hook"]] + $article;
        $this->dieAt($hook, self::$site->request('POST', 'import-content', json_encode($article)));
        $again = self::$site->post('import-content', $article);
        self::assertSame('200 ok', $again->outcome(), $again->raw);
        $this->assertComplete($article, $again, ["Pears $hook", "pears-$hook"]);
    }

    /**
     * In the order in which WordPress comes by.
     *
     * @return array<int, array<int, string>>
     */
    public function importHooks(): array
    {
        return [
            ['created_term'], ['wp_insert_post_data'], ['set_object_terms'], ['added_post_meta'],
            ['transition_post_status'], ['save_post'], ['wp_after_insert_post'], ['rest_post_dispatch'],
        ];
    }

    /**
     * @param array<string, mixed> $article
     * @param array<int, string> $terms
     */
    private function assertComplete(array $article, Answer $answer, array $terms): void
    {
        $guid = "urn:uuid:{$article['external_id']}";
        $posts = self::$site->rows("SELECT ID, post_title, post_status FROM wp_posts WHERE guid = '$guid'
            AND post_type = 'post'");
        self::assertSame([
            ['ID' => (string) $answer->json['post_id'], 'post_title' => $article['title'], 'post_status' => 'publish'],
        ], $posts);
        self::assertSame('T', $answer->json['stored_meta']['_igny8_seo_title']);
        self::assertSame($terms, array_column(self::$site->rows("SELECT name FROM wp_terms
            JOIN wp_term_taxonomy USING (term_id) JOIN wp_term_relationships USING (term_taxonomy_id)
            WHERE object_id = {$posts[0]['ID']} ORDER BY taxonomy"), 'name'));
        $next = self::$site->post('import-content', ['revision' => 9, 'title' => 'Next'] + $article);
        self::assertSame('200 ok', $next->outcome(), $next->raw);
    }

    /**
     * @dataProvider uploadHooks
     */
    public function testUpload(string $hook): void
    {
        $image = imagecreatetruecolor(400, 300);
        imagestring($image, 5, 5, 5, $hook . random_int(0, 999999), 0xffffff);
        ob_start();
        imagepng($image);
        $bytes = ob_get_clean();
        $meta = ['external_id' => Site::uuid(), 'alt' => 'A picture'];
        $this->dieAt($hook, self::$site->uploadRequest($bytes, 'image/png', $meta));
        $again = self::$site->upload($bytes, 'image/png', $meta);
        self::assertSame('200 ok', $again->outcome(), $again->raw);
        self::assertSame([400, 300], [$again->json['width'], $again->json['height']]);
        self::assertSame('1', self::$site->value("SELECT COUNT(*) FROM wp_posts
            WHERE guid = 'urn:uuid:{$meta['external_id']}'"));
        self::assertSame('A picture', self::$site->value("SELECT meta_value FROM wp_postmeta
            WHERE meta_key = '_wp_attachment_image_alt' AND post_id = {$again->json['attachment_id']}"));
        self::assertSame($bytes, self::$site->page($again->json['url']));
    }

    /**
     * @return array<int, array<int, string>>
     */
    public function uploadHooks(): array
    {
        return [
            ['wp_upload_bits'], ['wp_insert_attachment_data'], ['update_attached_file'], ['added_post_meta'],
            ['add_attachment'], ['wp_generate_attachment_metadata'], ['wp_update_attachment_metadata'],
            ['rest_post_dispatch'],
        ];
    }
}
