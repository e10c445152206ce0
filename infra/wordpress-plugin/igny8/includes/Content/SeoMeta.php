<?php

namespace Igny8\Content;

/**
 * Title, description and keyword for search engines, where the active SEO plugin
 * looks for them. Without one they are kept under our own keys and printed by us.
 */
final class SeoMeta
{
    private const KEYS = [
        'yoast' => [
            'title' => '_yoast_wpseo_title',
            'description' => '_yoast_wpseo_metadesc',
            'focus_keyword' => '_yoast_wpseo_focuskw',
        ],
        'rank_math' => [
            'title' => 'rank_math_title',
            'description' => 'rank_math_description',
            'focus_keyword' => 'rank_math_focus_keyword',
        ],
        'seopress' => [
            'title' => '_seopress_titles_title',
            'description' => '_seopress_titles_desc',
            'focus_keyword' => '_seopress_analysis_target_kw',
        ],
        'none' => [
            'title' => '_igny8_seo_title',
            'description' => '_igny8_seo_description',
            'focus_keyword' => '_igny8_seo_focus_keyword',
        ],
    ];

    /** The active SEO plugin: yoast, rank_math, seopress or none. */
    public static function plugin(): string
    {
        if (defined('WPSEO_VERSION')) {
            return 'yoast';
        }
        if (defined('RANK_MATH_VERSION')) {
            return 'rank_math';
        }
        return defined('SEOPRESS_VERSION') ? 'seopress' : 'none';
    }

    /**
     * @param array<string, string> $seo
     * @return array<string, string>
     */
    public static function keys(array $seo): array
    {
        $meta = [];
        foreach (self::KEYS[self::plugin()] as $field => $key) {
            $meta[$key] = sanitize_text_field($seo[$field] ?? '');
        }
        return $meta;
    }

    public static function printOwn(): void
    {
        add_filter('pre_get_document_title', [self::class, 'title'], 20);
        add_action('wp_head', [self::class, 'description'], 1);
    }

    public static function title(string $title): string
    {
        $own = self::own('title');
        return $own === '' ? $title : esc_html($own);
    }

    public static function description(): void
    {
        $own = self::own('description');
        if ($own !== '') {
            echo '<meta name="description" content="' . esc_attr($own) . '" />' . "\n";
        }
    }

    private static function own(string $field): string
    {
        if (!is_singular('post') || self::plugin() !== 'none') {
            return '';
        }
        return (string) get_post_meta(get_queried_object_id(), self::KEYS['none'][$field], true);
    }
}
