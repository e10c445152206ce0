<?php

namespace Igny8\Content;

use Igny8\Database;
use Igny8\Problem;

/**
 * The list of what happened to our posts on the site: numbers without gaps, in the
 * order in which they can be read. Our own imports are not in it.
 */
final class Changes
{
    /** Seconds to wait for others who save at the same moment. */
    private const PATIENCE = 5;
    /** Rows behind the app's cursor that are kept, for an app restored from a backup. */
    private const KEEP_BEHIND = 1000;

    /** @var bool */
    private static $silent = false;
    /** @var string the last row written in this PHP request: several hooks tell of one change */
    private static $last = '';

    public static function listen(): void
    {
        add_action('transition_post_status', [self::class, 'onStatus'], 10, 3);
        add_action('post_updated', [self::class, 'onUpdate'], 10, 3);
        add_action('before_delete_post', [self::class, 'onDelete'], 10, 1);
    }

    /**
     * @return mixed
     */
    public static function silently(callable $work)
    {
        self::$silent = true;
        try {
            return $work();
        } finally {
            self::$silent = false;
        }
    }

    public static function onStatus(string $new, string $old, \WP_Post $post): void
    {
        if ($new === $old || $old === 'new') {
            return;
        }
        $kind = $new === 'trash' ? 'trashed' : ($old === 'trash' ? 'restored' : 'status');
        self::record($post, $kind);
    }

    public static function onUpdate(int $postId, \WP_Post $after, \WP_Post $before): void
    {
        foreach (['post_title', 'post_content', 'post_excerpt', 'post_name', 'post_date_gmt'] as $field) {
            // Moving to the trash and back renames the post.
            if ($after->$field !== $before->$field && $after->post_status === $before->post_status) {
                self::record($after, 'updated');
                return;
            }
        }
    }

    public static function onDelete(int $postId): void
    {
        $post = get_post($postId);
        if ($post instanceof \WP_Post) {
            self::record($post, 'deleted');
        }
    }

    private static function record(\WP_Post $post, string $kind): void
    {
        $known = $post->ID . $kind . $post->post_status . $post->post_modified_gmt;
        if (self::$silent || $post->post_type !== 'post' || $known === self::$last) {
            return;
        }
        $externalId = PostMap::externalId($post->ID);
        if ($externalId !== null) {
            self::append($post->ID, $externalId, $kind);
            self::$last = $known;
        }
    }

    /**
     * One row after the other, so that a reader never sees a number before the one below it. The
     * lock is what keeps people who save at the same moment from ending in a deadlock of their
     * inserts, which the database resolves by failing some. The newest row is never removed.
     */
    private static function append(int $postId, string $externalId, string $kind): void
    {
        global $wpdb;
        $table = Database::table('change');
        $insert = $wpdb->prepare(
            "INSERT INTO $table (seq, post_id, external_id, kind, changed_at)
             SELECT COALESCE(MAX(seq), 0) + 1, %d, %s, %s, %d FROM $table",
            $postId,
            $externalId,
            $kind,
            time()
        );
        try {
            Database::locked('changes', self::PATIENCE, function () use ($insert): int {
                return Database::write($insert);
            });
        } catch (Problem $problem) {
            // A person's save must not fail for this; the app compares all posts twice a day.
            error_log("igny8: change of post $postId could not be recorded: " . $wpdb->last_error);
        }
    }

    public static function head(): int
    {
        global $wpdb;
        return (int) $wpdb->get_var('SELECT MAX(seq) FROM ' . Database::table('change'));
    }

    /**
     * @return array<int, array<string, string>>
     */
    public static function after(int $cursor, int $limit): array
    {
        global $wpdb;
        $table = Database::table('change');
        return (array) $wpdb->get_results($wpdb->prepare(
            "SELECT seq, post_id, external_id, kind, changed_at FROM $table WHERE seq > %d ORDER BY seq LIMIT %d",
            $cursor,
            $limit
        ), ARRAY_A);
    }

    public static function forgetBefore(int $cursor): void
    {
        global $wpdb;
        $table = Database::table('change');
        $wpdb->query($wpdb->prepare(
            "DELETE FROM $table WHERE seq < %d ORDER BY seq LIMIT 1000",
            $cursor - self::KEEP_BEHIND
        ));
    }
}
