<?php

namespace Igny8\Content;

use Igny8\Database;

/**
 * Which post an external id became, and what the last import answered. The unique
 * key on external_id is what keeps one article from becoming two posts.
 */
final class PostMap
{
    /**
     * The row of an external id, made if absent. A row whose revision is 0 belongs to
     * an import that has not finished.
     *
     * @return array{post_id: int, revision: int, payload_hash: string, result: array<string, mixed>, fresh: bool}
     */
    public static function claim(string $externalId): array
    {
        global $wpdb;
        $table = Database::table('post');
        $fresh = Database::write($wpdb->prepare(
            "INSERT IGNORE INTO $table (external_id) VALUES (%s)",
            $externalId
        )) === 1;
        $row = self::find($externalId);
        if ($row === null) {
            throw \Igny8\Problem::store();
        }
        return ['fresh' => $fresh] + $row;
    }

    /**
     * @return array{post_id: int, revision: int, payload_hash: string, result: array<string, mixed>}|null
     */
    public static function find(string $externalId): ?array
    {
        global $wpdb;
        $table = Database::table('post');
        $row = $wpdb->get_row($wpdb->prepare("SELECT * FROM $table WHERE external_id = %s", $externalId), ARRAY_A);
        if ($row === null) {
            return null;
        }
        return [
            'post_id' => (int) $row['post_id'],
            'revision' => (int) $row['revision'],
            'payload_hash' => (string) $row['payload_hash'],
            'result' => (array) json_decode((string) $row['result'], true),
        ];
    }

    public static function externalId(int $postId): ?string
    {
        global $wpdb;
        $table = Database::table('post');
        return $wpdb->get_var($wpdb->prepare("SELECT external_id FROM $table WHERE post_id = %d LIMIT 1", $postId));
    }

    public static function setPost(string $externalId, int $postId): void
    {
        global $wpdb;
        $table = Database::table('post');
        Database::write($wpdb->prepare(
            "UPDATE $table SET post_id = %d WHERE external_id = %s",
            $postId,
            $externalId
        ));
    }

    /**
     * @param array<string, mixed> $result
     */
    public static function finish(string $externalId, int $revision, string $payloadHash, array $result): void
    {
        global $wpdb;
        $table = Database::table('post');
        Database::write($wpdb->prepare(
            "UPDATE $table SET revision = %d, payload_hash = %s, result = %s WHERE external_id = %s",
            $revision,
            $payloadHash,
            wp_json_encode($result),
            $externalId
        ));
    }

    /**
     * The post or attachment an import made before it was cut off. Its guid, which is
     * written by the same statement as the post itself, says whose it is.
     */
    public static function findOrphan(string $externalId, string $type): int
    {
        global $wpdb;
        // Without an index on guid this reads the whole table: only done after a cut-off import.
        return (int) $wpdb->get_var($wpdb->prepare(
            "SELECT ID FROM $wpdb->posts WHERE guid = %s AND post_type = %s ORDER BY ID LIMIT 1",
            self::guid($externalId),
            $type
        ));
    }

    public static function guid(string $externalId): string
    {
        return 'urn:uuid:' . $externalId;
    }
}
