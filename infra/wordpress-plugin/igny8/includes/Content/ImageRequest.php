<?php

namespace Igny8\Content;

use Igny8\Encoding;
use Igny8\Problem;

/**
 * One image as it was sent: bytes in the body, the rest in the signed X-Igny8-Meta
 * header as base64url JSON. What the bytes are is read from the bytes.
 */
final class ImageRequest
{
    /** The app sends images already reduced to 2560 pixels; those stay far below. */
    public const MAX_BYTES = 10 * 1024 * 1024;
    /** Decoded, a pixel takes four bytes and more of PHP's memory. */
    private const MAX_PIXELS = 40000000;
    private const MAX_META = 4096;
    public const TYPES = ['image/png' => 'png', 'image/jpeg' => 'jpg', 'image/webp' => 'webp'];

    /** @var string */
    public $externalId;
    /** @var int|null */
    public $epoch;
    /** @var string */
    public $filename;
    /** @var string */
    public $alt;
    /** @var string */
    public $title;
    /** @var string */
    public $caption;
    /** @var bool made by AI */
    public $ai;
    /** @var string */
    public $type;
    /** @var string */
    public $bytes;

    public static function parse(string $meta, string $contentType, string $bytes): self
    {
        $json = strlen($meta) <= self::MAX_META ? json_decode((string) Encoding::fromBase64Url($meta), true) : null;
        if (!is_array($json)) {
            throw new Problem(
                'invalid',
                422,
                'X-Igny8-Meta must be base64url-encoded JSON of at most ' . self::MAX_META . ' bytes.',
                ['fields' => ['X-Igny8-Meta' => 'must be base64url-encoded JSON']]
            );
        }
        $fields = new Fields($json);
        $request = new self();
        $request->externalId = $fields->uuid('external_id');
        $request->epoch = $fields->number('epoch', 0);
        $request->filename = $fields->text('filename', 200);
        $request->alt = sanitize_text_field($fields->text('alt', 1000));
        $request->title = sanitize_text_field($fields->text('title', 500));
        $request->caption = wp_kses_post($fields->text('caption', 2000));
        $request->ai = $fields->flag('ai');
        $fields->finish();
        $request->type = self::typeOf($bytes, $contentType);
        $request->bytes = $bytes;
        return $request;
    }

    private static function typeOf(string $bytes, string $announced): string
    {
        if (strlen($bytes) > self::maxBytes()) {
            throw new Problem('too_large', 413, 'The image is too large. Send a smaller one.', [
                'max_bytes' => self::maxBytes(),
            ]);
        }
        $size = $bytes === '' ? false : @getimagesizefromstring($bytes);
        $type = $size === false ? '' : (string) $size['mime'];
        $announced = strtolower(trim(explode(';', $announced)[0]));
        if (!isset(self::TYPES[$type]) || $type !== $announced) {
            throw new Problem('image_type', 415, 'The body must be a PNG, JPEG or WebP image of its Content-Type.', [
                'found' => $type === '' ? null : $type,
                'announced' => $announced,
            ]);
        }
        if ($size[0] < 1 || $size[1] < 1 || $size[0] * $size[1] > self::MAX_PIXELS) {
            throw new Problem('too_large', 413, 'The image has too many pixels. Send a smaller one.', [
                'max_pixels' => self::MAX_PIXELS,
            ]);
        }
        return $type;
    }

    public static function maxBytes(): int
    {
        $post = wp_convert_hr_to_bytes((string) ini_get('post_max_size'));
        return $post > 0 ? min(self::MAX_BYTES, $post) : self::MAX_BYTES;
    }

    /** A name of the app's choice, with the ending that its bytes deserve. */
    public function safeFilename(): string
    {
        $stem = sanitize_file_name(pathinfo($this->filename, PATHINFO_FILENAME));
        $stem = trim(str_replace('.', '-', $stem), '-');
        return substr($stem === '' ? 'image' : $stem, 0, 100) . '.' . self::TYPES[$this->type];
    }
}
