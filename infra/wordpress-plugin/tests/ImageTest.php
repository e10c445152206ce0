<?php

namespace Igny8\Tests;

use PHPUnit\Framework\TestCase;

final class ImageTest extends TestCase
{
    /** @var Site */
    private static $site;

    public static function setUpBeforeClass(): void
    {
        self::$site = Site::paired();
    }

    private function picture(string $type = 'png', int $width = 640, int $height = 360): string
    {
        $image = imagecreatetruecolor($width, $height);
        // Different bytes each time: equal ones are one attachment.
        for ($x = 0; $x < 60; $x++) {
            imagesetpixel($image, $x, 0, random_int(0, 0xffffff));
        }
        ob_start();
        ['png' => 'imagepng', 'jpeg' => 'imagejpeg', 'webp' => 'imagewebp'][$type]($image);
        return ob_get_clean();
    }

    private function attachments(): int
    {
        return (int) self::$site->value("SELECT COUNT(*) FROM wp_posts WHERE post_type = 'attachment'");
    }

    public function testUploadedTwiceIsOneAttachment(): void
    {
        $bytes = $this->picture();
        $meta = ['external_id' => Site::uuid(), 'filename' => 'Herbst Äpfel.php.jpg', 'alt' => 'Äpfel am "Baum"',
            'title' => 'Autumn \\ apples', 'caption' => 'A <b>tree</b>', 'ai' => true];
        $first = self::$site->upload($bytes, 'image/png', $meta);
        self::assertSame('200 ok', $first->outcome(), $first->raw);
        self::assertSame([640, 360, false], [$first->json['width'], $first->json['height'], $first->json['repeated']]);
        $count = $this->attachments();
        $again = self::$site->upload($bytes, 'image/png', $meta);
        self::assertSame(['repeated' => true] + $first->json, ['repeated' => true] + $again->json);
        self::assertTrue($again->json['repeated']);
        $twin = self::$site->upload($bytes, 'image/png', ['external_id' => Site::uuid()] + $meta);
        self::assertSame($first->json['attachment_id'], $twin->json['attachment_id']);
        self::assertSame($count, $this->attachments());
        $id = $first->json['attachment_id'];
        self::assertSame('Äpfel am "Baum"', self::$site->evaluate(
            "echo get_post_meta($id, '_wp_attachment_image_alt', true);"
        ));
        self::assertSame('Autumn \\ apples', self::$site->evaluate("echo get_post($id)->post_title;"));
        self::assertSame('1', self::$site->evaluate("echo get_post_meta($id, '_igny8_ai', true);"));
        self::assertStringEndsWith('.png', $first->json['url']);
        self::assertStringNotContainsString('.php', $first->json['url']);
        self::assertSame($bytes, self::$site->page($first->json['url']));
    }

    public function testParallelUploadsAreOneAttachment(): void
    {
        $count = $this->attachments();
        $bytes = $this->picture('jpeg');
        $requests = [];
        for ($i = 0; $i < 4; $i++) {
            $requests[] = self::$site->uploadRequest($bytes, 'image/jpeg', ['external_id' => Site::uuid()]);
        }
        $answers = self::$site->sendAll($requests);
        $ids = array_map(function (Answer $answer): int {
            self::assertSame('200 ok', $answer->outcome(), $answer->raw);
            return $answer->json['attachment_id'];
        }, $answers);
        self::assertCount(1, array_unique($ids));
        self::assertSame($count + 1, $this->attachments());
    }

    public function testTypeIsReadFromTheBytes(): void
    {
        $meta = ['external_id' => Site::uuid(), 'filename' => 'x.png'];
        $cases = [
            ['<?php echo 1;', 'image/png'], ['', 'image/png'], [$this->picture('jpeg'), 'image/png'],
            ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml'], ["GIF89a\1\0\1\0\0\0\0", 'image/gif'],
        ];
        foreach ($cases as [$bytes, $type]) {
            self::assertSame('415 igny8_image_type', self::$site->upload($bytes, $type, $meta)->outcome());
        }
        self::assertSame('200 ok', self::$site->upload($this->picture('webp'), 'image/webp', $meta)->outcome());
    }

    public function testLargeImagesAreRefused(): void
    {
        $meta = ['external_id' => Site::uuid()];
        $bytes = $this->picture() . str_repeat("\0", 10 * 1024 * 1024);
        self::assertSame('413 igny8_too_large', self::$site->upload($bytes, 'image/png', $meta)->outcome());
        // A header that promises 60,000 x 60,000 pixels.
        $bomb = substr_replace($this->picture(), pack('NN', 60000, 60000), 16, 8);
        self::assertSame('413 igny8_too_large', self::$site->upload($bomb, 'image/png', $meta)->outcome());
    }

    public function testExternalIdBelongsToOneImage(): void
    {
        $meta = ['external_id' => Site::uuid()];
        self::assertSame('200 ok', self::$site->upload($this->picture(), 'image/png', $meta)->outcome());
        $other = self::$site->upload($this->picture(), 'image/png', $meta);
        self::assertSame('409 igny8_image_changed', $other->outcome());
    }

    public function testDeletedImageIsMadeAgain(): void
    {
        $bytes = $this->picture();
        $meta = ['external_id' => Site::uuid()];
        $first = self::$site->upload($bytes, 'image/png', $meta)->json['attachment_id'];
        self::$site->evaluate("wp_delete_attachment($first, true);");
        self::assertSame(['found' => false], self::$site->post('lookup', ['kind' => 'image'] + $meta)->json);
        $again = self::$site->upload($bytes, 'image/png', $meta);
        self::assertFalse($again->json['repeated']);
        self::assertNotSame($first, $again->json['attachment_id']);
    }

    public function testUploadCutOffIsFinished(): void
    {
        $bytes = $this->picture();
        $meta = ['external_id' => Site::uuid()];
        $first = self::$site->upload($bytes, 'image/png', $meta)->json['attachment_id'];
        // As after a crash while the sizes were made: the post and file are there, no more.
        self::$site->rows("UPDATE wp_igny8_image SET attachment_id = 0 WHERE attachment_id = $first");
        self::$site->rows("DELETE FROM wp_postmeta WHERE post_id = $first AND meta_key = '_wp_attachment_metadata'");
        $count = $this->attachments();
        $again = self::$site->upload($bytes, 'image/png', $meta)->json;
        self::assertSame([$first, 640], [$again['attachment_id'], $again['width']]);
        self::assertSame($count, $this->attachments());
    }

    public function testImageBecomesFeatured(): void
    {
        $image = self::$site->upload($this->picture(), 'image/png', ['external_id' => Site::uuid()])->json;
        $article = Site::article(['featured_media_id' => $image['attachment_id']]);
        $post = self::$site->post('import-content', $article)->json;
        $featured = "SELECT meta_value FROM wp_postmeta WHERE meta_key = '_thumbnail_id'
            AND post_id = {$post['post_id']}";
        self::assertSame((string) $image['attachment_id'], self::$site->value($featured));
        $without = ['featured_media_id' => 0, 'revision' => 2] + $article;
        self::assertSame('200 ok', self::$site->post('import-content', $without)->outcome());
        self::assertNull(self::$site->value($featured));
        $found = self::$site->post('lookup', ['external_id' => $image['external_id'], 'kind' => 'image'])->json;
        self::assertSame([true, $image['attachment_id']], [$found['found'], $found['attachment_id']]);
    }

    public function testMetaHeaderMustBeJson(): void
    {
        $request = self::$site->request('POST', 'upload-image', $this->picture(), [
            'meta' => 'bm90IGpzb24', 'type' => 'image/png',
        ]);
        self::assertSame('422 igny8_invalid', self::$site->send($request)->outcome());
    }
}
