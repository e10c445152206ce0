<?php

namespace Igny8\Content;

use Igny8\Encoding;

/**
 * How a post is shown to the app, and the hash by which both sides compare content.
 */
final class PostView
{
    /** SHA-256 of the title, a line feed and the content, as WordPress stores them. */
    public static function hashOf(string $title, string $content): string
    {
        return hash('sha256', $title . "\n" . $content);
    }

    public static function hash(\WP_Post $post): string
    {
        return self::hashOf($post->post_title, $post->post_content);
    }

    /** A new draft has no time in UTC yet, only one in the site's zone. */
    public static function modified(\WP_Post $post): string
    {
        return Encoding::toTime($post->post_modified_gmt) === null
            ? get_gmt_from_date($post->post_modified)
            : $post->post_modified_gmt;
    }

    /**
     * Title and content as WordPress would store them for somebody without the right
     * to unfiltered HTML.
     *
     * @return array{title: string, content: string}
     */
    public static function sanitized(string $title, string $content): array
    {
        kses_init_filters();
        $clean = wp_kses_post($content);
        return [
            'title' => trim(wp_unslash(sanitize_post_field('post_title', wp_slash($title), 0, 'db'))),
            'content' => wp_unslash(sanitize_post_field('post_content', wp_slash($clean), 0, 'db')),
        ];
    }

    /**
     * @return array<string, mixed>
     */
    public static function brief(\WP_Post $post): array
    {
        return [
            'post_id' => $post->ID,
            'permalink' => (string) get_permalink($post),
            'status' => $post->post_status,
            'slug' => $post->post_name,
            'date_gmt' => Encoding::toTime($post->post_date_gmt),
            'modified_gmt' => Encoding::toTime(self::modified($post)),
            'content_hash' => self::hash($post),
        ];
    }

    /**
     * @return array<string, mixed>
     */
    public static function full(\WP_Post $post): array
    {
        return self::brief($post) + [
            'title' => $post->post_title,
            'content' => $post->post_content,
            'excerpt' => $post->post_excerpt,
            'edit_url' => admin_url('post.php?action=edit&post=' . $post->ID),
        ];
    }
}
