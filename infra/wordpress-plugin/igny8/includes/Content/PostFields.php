<?php

namespace Igny8\Content;

use Igny8\Problem;

/**
 * Turns a checked request into what wp_insert_post() takes. Terms, meta and image go
 * along in the same call, so that they are there when WordPress announces the post.
 */
final class PostFields
{
    /**
     * @param array{title: string, content: string} $wanted
     * @return array<string, mixed>
     */
    public static function of(ImportRequest $request, array $wanted, int $author): array
    {
        $fields = [
            'post_title' => $wanted['title'],
            'post_content' => $wanted['content'],
            'post_status' => $request->status,
            'post_author' => $author,
            'meta_input' => self::meta($request),
        ];
        if ($request->slug !== null) {
            $fields['post_name'] = sanitize_title($request->slug);
        }
        if ($request->excerpt !== null) {
            $fields['post_excerpt'] = wp_kses_post($request->excerpt);
        }
        if ($request->date !== null) {
            $fields['post_date_gmt'] = $request->date;
            $fields['post_date'] = get_date_from_gmt($request->date);
            $fields['edit_date'] = true;
        }
        if ($request->categories !== null) {
            $fields['post_category'] = Terms::ids($request->categories, 'category');
        }
        if ($request->tags !== null) {
            $fields['tags_input'] = Terms::ids($request->tags, 'post_tag');
        }
        return $fields;
    }

    /** What wp_insert_post() does not do. */
    public static function finish(int $postId, ImportRequest $request): void
    {
        if ($request->featuredMedia === 0) {
            delete_post_thumbnail($postId);
        }
        if ($request->language !== null && function_exists('pll_set_post_language')) {
            pll_set_post_language($postId, strtolower(substr($request->language, 0, 2)));
        }
    }

    /**
     * The meta of this import as it is now in the database: a plugin may have dropped
     * or rewritten some.
     *
     * @return array<string, mixed>
     */
    public static function storedMeta(int $postId, ImportRequest $request): array
    {
        wp_cache_delete($postId, 'post_meta');
        $stored = [];
        foreach (array_keys(self::meta($request)) as $key) {
            if (metadata_exists('post', $postId, $key)) {
                $stored[$key] = get_post_meta($postId, $key, true);
            }
        }
        return $stored;
    }

    /**
     * @return array<string, string|int>
     */
    private static function meta(ImportRequest $request): array
    {
        $meta = ['_igny8_external_id' => $request->externalId, '_igny8_revision' => (string) $request->revision];
        if ($request->seo !== null) {
            $meta += SeoMeta::keys($request->seo);
        }
        if ($request->provenance !== null) {
            $meta['_igny8_provenance'] = (string) wp_json_encode($request->provenance, JSON_UNESCAPED_SLASHES);
        }
        if ($request->language !== null) {
            $meta['_igny8_language'] = $request->language;
        }
        if ($request->featuredMedia > 0) {
            if (!wp_attachment_is_image($request->featuredMedia)) {
                throw new Problem(
                    'no_such_image',
                    422,
                    'featured_media_id is not an image of this site. Upload it first.',
                    ['fields' => ['featured_media_id' => 'is not an image of this site']]
                );
            }
            $meta['_thumbnail_id'] = (string) $request->featuredMedia;
        }
        return $meta;
    }
}
