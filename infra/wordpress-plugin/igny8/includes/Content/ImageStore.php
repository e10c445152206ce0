<?php

namespace Igny8\Content;

use Igny8\Database;
use Igny8\Link;
use Igny8\Problem;

/**
 * Puts an image into the media library: once per external id, and once per content.
 */
final class ImageStore
{
    /** Seconds a second upload of the same bytes waits: making the sizes takes long on small hosts. */
    private const PATIENCE = 60;

    /**
     * @return array<string, mixed>
     */
    public static function store(ImageRequest $request): array
    {
        $hash = hash('sha256', $request->bytes);
        return Database::locked('image:' . $hash, self::PATIENCE, function () use ($request, $hash): array {
            Link::fence($request->epoch);
            $fresh = self::claim($request->externalId, $hash);
            $id = self::existing($hash);
            $repeated = $id > 0;
            if (!$repeated) {
                $id = ($fresh ? 0 : self::adopt($request->externalId)) ?: self::create($request);
            }
            self::assign($hash, $id);
            Link::touch();
            return ['external_id' => $request->externalId, 'repeated' => $repeated] + self::describe($id, $hash);
        });
    }

    /**
     * @return array<string, mixed>
     */
    public static function lookUp(string $externalId): array
    {
        $row = self::row($externalId);
        if ($row === null) {
            return ['found' => false];
        }
        return Database::locked('image:' . $row['content_hash'], self::PATIENCE, function () use ($externalId): array {
            $row = self::row($externalId);
            $id = (int) ($row['attachment_id'] ?? 0);
            if ($id === 0 || !wp_attachment_is_image($id)) {
                return ['found' => false];
            }
            return ['found' => true, 'external_id' => $externalId, 'repeated' => true]
                + self::describe($id, (string) $row['content_hash']);
        });
    }

    /** Makes the row of an external id; false when an earlier upload, perhaps cut off, had. */
    private static function claim(string $externalId, string $hash): bool
    {
        global $wpdb;
        $table = Database::table('image');
        $fresh = Database::write($wpdb->prepare(
            "INSERT IGNORE INTO $table (external_id, content_hash) VALUES (%s, %s)",
            $externalId,
            $hash
        )) === 1;
        $row = self::row($externalId);
        if ($row === null || $row['content_hash'] !== $hash) {
            throw new Problem('image_changed', 409, 'This external_id belongs to another image. Use a new one.');
        }
        return $fresh;
    }

    /**
     * @return array<string, string>|null
     */
    private static function row(string $externalId): ?array
    {
        global $wpdb;
        $table = Database::table('image');
        return $wpdb->get_row($wpdb->prepare("SELECT * FROM $table WHERE external_id = %s", $externalId), ARRAY_A);
    }

    private static function existing(string $hash): int
    {
        global $wpdb;
        $table = Database::table('image');
        $ids = $wpdb->get_col($wpdb->prepare(
            "SELECT DISTINCT attachment_id FROM $table WHERE content_hash = %s AND attachment_id > 0",
            $hash
        ));
        foreach ($ids as $id) {
            // Somebody may have deleted it from the library.
            if (wp_attachment_is_image((int) $id) && is_file((string) get_attached_file((int) $id))) {
                return (int) $id;
            }
        }
        return 0;
    }

    private static function assign(string $hash, int $id): void
    {
        global $wpdb;
        $table = Database::table('image');
        Database::write($wpdb->prepare(
            "UPDATE $table SET attachment_id = %d WHERE content_hash = %s",
            $id,
            $hash
        ));
    }

    /** What an upload left that was cut off: finished if its file is there, else removed. */
    private static function adopt(string $externalId): int
    {
        $id = PostMap::findOrphan($externalId, 'attachment');
        if ($id === 0) {
            return 0;
        }
        if (!is_file((string) get_attached_file($id))) {
            wp_delete_attachment($id, true);
            return 0;
        }
        self::makeSizes($id);
        return $id;
    }

    private static function create(ImageRequest $request): int
    {
        require_once ABSPATH . 'wp-admin/includes/image.php';
        $file = wp_upload_bits($request->safeFilename(), null, $request->bytes);
        if (!empty($file['error'])) {
            throw new Problem('not_stored', 500, 'WordPress could not save the file: ' . $file['error']);
        }
        $id = wp_insert_attachment(wp_slash([
            'guid' => PostMap::guid($request->externalId),
            'post_mime_type' => $request->type,
            'post_title' => $request->title !== '' ? $request->title : pathinfo($file['file'], PATHINFO_FILENAME),
            'post_excerpt' => $request->caption,
            'post_status' => 'inherit',
            'post_author' => Author::choose(null, null)['id'],
            'meta_input' => [
                '_wp_attachment_image_alt' => $request->alt,
                '_igny8_external_id' => $request->externalId,
                '_igny8_ai' => $request->ai ? '1' : '0',
            ],
        ]), $file['file'], 0, true);
        if (is_wp_error($id)) {
            wp_delete_file($file['file']);
            throw new Problem('not_stored', 500, 'WordPress refused the image: ' . $id->get_error_message());
        }
        self::makeSizes($id);
        return $id;
    }

    private static function makeSizes(int $id): void
    {
        require_once ABSPATH . 'wp-admin/includes/image.php';
        $meta = wp_generate_attachment_metadata($id, (string) get_attached_file($id));
        wp_update_attachment_metadata($id, $meta);
    }

    /**
     * @return array<string, mixed>
     */
    private static function describe(int $id, string $hash): array
    {
        $meta = (array) wp_get_attachment_metadata($id);
        return [
            'attachment_id' => $id,
            'url' => (string) wp_get_attachment_url($id),
            'width' => (int) ($meta['width'] ?? 0),
            'height' => (int) ($meta['height'] ?? 0),
            'mime_type' => (string) get_post_mime_type($id),
            'content_hash' => $hash,
        ];
    }
}
