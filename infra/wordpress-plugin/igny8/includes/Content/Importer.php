<?php

namespace Igny8\Content;

use Igny8\Database;
use Igny8\Encoding;
use Igny8\Link;
use Igny8\Problem;

/**
 * Makes or updates the post of an external id: once per revision, never over
 * somebody's edits, however often and in parallel it is asked.
 */
final class Importer
{
    /** Seconds a second request for the same article waits for the first. */
    private const PATIENCE = 20;

    /**
     * @return array<string, mixed>
     */
    public static function import(ImportRequest $request): array
    {
        return Database::locked('post:' . $request->externalId, self::PATIENCE, function () use ($request): array {
            Link::fence($request->epoch);
            return self::importAlone($request);
        });
    }

    /**
     * What became of an article: waits for an import of it that is still running.
     *
     * @return array<string, mixed>
     */
    public static function lookUp(string $externalId): array
    {
        return Database::locked('post:' . $externalId, self::PATIENCE, function () use ($externalId): array {
            $row = PostMap::find($externalId);
            if ($row === null || $row['revision'] === 0) {
                return ['found' => false];
            }
            return ['found' => true] + self::repeat($row);
        });
    }

    /**
     * @return array<string, mixed>
     */
    private static function importAlone(ImportRequest $request): array
    {
        $row = PostMap::claim($request->externalId);
        $post = self::postOf($request->externalId, $row);
        $wanted = PostView::sanitized($request->title, $request->content);
        $conflict = self::conflict($request, $row, $post, $wanted);
        if (self::isRepetition($request, $row, $conflict)) {
            return self::repeat($row);
        }
        if ($conflict !== null && !$request->force) {
            throw $conflict;
        }
        $result = self::apply($request, $post, $wanted);
        PostMap::finish($request->externalId, $request->revision, $request->payloadHash(), $result);
        Link::touch();
        return $result;
    }

    /**
     * @param array<string, mixed> $row
     */
    private static function isRepetition(ImportRequest $request, array $row, ?Problem $conflict): bool
    {
        if ($request->revision < $row['revision']) {
            throw new Problem('stale_revision', 409, 'A newer revision of this article is on the site.', [
                'revision' => $row['revision'],
            ]);
        }
        if ($request->revision !== $row['revision']) {
            return false;
        }
        if (!hash_equals($row['payload_hash'], $request->payloadHash())) {
            throw new Problem(
                'revision_reused',
                409,
                'This revision was imported with other content. Give changed content a new revision.',
                ['revision' => $row['revision']]
            );
        }
        return !($conflict !== null && $request->force);
    }

    /**
     * The stored answer, and beside it how the post is now: what the app takes as its
     * base must not be an edit it has not seen.
     *
     * @param array<string, mixed> $row
     * @return array<string, mixed>
     */
    private static function repeat(array $row): array
    {
        $post = get_post($row['post_id']);
        return ['repeated' => true, 'current' => $post ? PostView::brief($post) : null] + $row['result'];
    }

    /**
     * @param array<string, mixed> $row
     */
    private static function postOf(string $externalId, array $row): ?\WP_Post
    {
        $id = $row['post_id'];
        if ($id === 0 && !$row['fresh']) {
            $id = PostMap::findOrphan($externalId, 'post');
            if ($id > 0) {
                PostMap::setPost($externalId, $id);
            }
        }
        $post = $id > 0 ? get_post($id) : null;
        return $post instanceof \WP_Post ? $post : null;
    }

    /**
     * @param array<string, mixed> $row
     * @param array{title: string, content: string} $wanted
     */
    private static function conflict(ImportRequest $request, array $row, ?\WP_Post $post, array $wanted): ?Problem
    {
        $expected = $request->expectedModified;
        if ($post === null) {
            return $row['post_id'] === 0 || $expected === '' ? null
                : self::conflictProblem('The post was deleted on the site.', null);
        }
        $base = (string) Encoding::fromTime((string) ($row['result']['modified_gmt'] ?? ''));
        if ($expected !== null && $expected !== $base && $expected === PostView::modified($post)) {
            // The app names the very state that is here: a person chose to replace it.
            return null;
        }
        if ($post->post_status === 'trash') {
            return self::conflictProblem('The post is in the site\'s trash.', self::apart($post, $base));
        }
        $asWanted = PostView::hash($post) === PostView::hashOf($wanted['title'], $wanted['content']);
        if ($asWanted && $post->post_status === $request->status) {
            // Nothing to lose: most likely an update of ours that was cut off.
            return null;
        }
        if ($row['revision'] === 0) {
            // Left by a cut-off import; _edit_last is set when a person saves it in wp-admin.
            return get_post_meta($post->ID, '_edit_last', true) === '' ? null
                : self::conflictProblem('The post was edited on the site.', $post);
        }
        $same = PostView::modified($post) === ($expected ?? $base)
            && PostView::hash($post) === ($row['result']['content_hash'] ?? '');
        return $same ? null : self::conflictProblem('The post was edited on the site.', self::apart($post, $base));
    }

    /**
     * Times have whole seconds only. An edit within the second of our own write gets the
     * next one, so that the app can name the state it has seen.
     */
    private static function apart(\WP_Post $post, string $base): \WP_Post
    {
        global $wpdb;
        if ($post->post_modified_gmt !== $base) {
            return $post;
        }
        $wpdb->query($wpdb->prepare(
            "UPDATE $wpdb->posts SET post_modified = post_modified + INTERVAL 1 SECOND,
             post_modified_gmt = post_modified_gmt + INTERVAL 1 SECOND WHERE ID = %d",
            $post->ID
        ));
        clean_post_cache($post->ID);
        return get_post($post->ID);
    }

    private static function conflictProblem(string $what, ?\WP_Post $post): Problem
    {
        return new Problem(
            'conflict',
            409,
            $what . ' Show the difference to a person. To write anyway, expect this state, or send "force": true.',
            ['current' => $post ? PostView::full($post) : null]
        );
    }

    /**
     * @param array{title: string, content: string} $wanted
     * @return array<string, mixed>
     */
    private static function apply(ImportRequest $request, ?\WP_Post $post, array $wanted): array
    {
        return Changes::silently(function () use ($request, $post, $wanted): array {
            $author = Author::choose($request->authorEmail, $post);
            $fields = PostFields::of($request, $wanted, $author['id']);
            if ($post === null) {
                $id = wp_insert_post(wp_slash($fields + [
                    'post_type' => 'post',
                    'guid' => PostMap::guid($request->externalId),
                ]), true);
            } else {
                if ($post->post_status === 'trash') {
                    wp_untrash_post($post->ID);
                }
                $id = wp_update_post(wp_slash(['ID' => $post->ID] + $fields), true);
            }
            if (is_wp_error($id)) {
                throw new Problem('not_stored', 500, 'WordPress refused the post: ' . $id->get_error_message());
            }
            PostMap::setPost($request->externalId, $id);
            PostFields::finish($id, $request);
            return self::describe($request, $id, $post === null, $author['matched']);
        });
    }

    /**
     * @return array<string, mixed>
     */
    private static function describe(ImportRequest $request, int $id, bool $created, bool $authorMatched): array
    {
        clean_post_cache($id);
        $stored = get_post($id);
        return PostView::brief($stored) + [
            'external_id' => $request->externalId,
            'revision' => $request->revision,
            'created' => $created,
            'repeated' => false,
            'sanitized' => $stored->post_content !== $request->content,
            'author_matched' => $authorMatched,
            'stored_meta' => PostFields::storedMeta($id, $request),
        ];
    }
}
