<?php

namespace Igny8\Rest;

use Igny8\Content\Changes;
use Igny8\Content\ImageRequest;
use Igny8\Content\SeoMeta;
use Igny8\Database;
use Igny8\Encoding;
use Igny8\Link;
use Igny8\State;

/**
 * What the app wants to know of the site, and what may go wrong on it.
 */
final class StatusRoute
{
    /**
     * @return array<string, mixed>
     */
    public static function show(\WP_REST_Request $request): array
    {
        $link = (array) Link::get();
        return [
            'site' => self::site(),
            'link' => [
                'key_id' => $link['key_id'] ?? '',
                'tenant_name' => $link['tenant_name'] ?? '',
                'site_id' => $link['site_id'] ?? '',
                'paired_at' => Encoding::unixToTime((int) ($link['paired_at'] ?? 0)),
                'last_sync_at' => Encoding::unixToTime(Link::lastSync()),
                'epoch' => State::number('epoch'),
            ],
            'counts' => self::counts(),
            'limits' => [
                'image_bytes' => ImageRequest::maxBytes(),
                'image_types' => self::imageTypes(),
                'upload_bytes' => wp_max_upload_size(),
                'memory_limit' => (string) ini_get('memory_limit'),
            ],
            'headers' => [
                'meta' => (string) $request->get_header('X-Igny8-Meta') !== '',
                'authorization' => (string) $request->get_header('Authorization') !== '',
            ],
            'checks' => self::checks(),
            'changes_head' => Changes::head(),
            'server_time' => time(),
        ];
    }

    /**
     * @return array<string, string>
     */
    public static function site(): array
    {
        return [
            'name' => wp_specialchars_decode((string) get_bloginfo('name'), ENT_QUOTES),
            'url' => home_url(),
            'rest_url' => rest_url(Routes::SPACE),
            'wordpress' => (string) get_bloginfo('version'),
            'php' => PHP_VERSION,
            'plugin' => IGNY8_VERSION,
            'timezone' => wp_timezone_string(),
            'locale' => get_locale(),
            'seo_plugin' => SeoMeta::plugin(),
        ];
    }

    /**
     * @return array<string, int>
     */
    private static function counts(): array
    {
        global $wpdb;
        $posts = wp_count_posts('post');
        return [
            'published' => (int) $posts->publish,
            'drafts' => (int) $posts->draft,
            'scheduled' => (int) $posts->future,
            'imported' => (int) $wpdb->get_var(
                'SELECT COUNT(*) FROM ' . Database::table('post') . ' WHERE revision > 0'
            ),
            'images' => (int) $wpdb->get_var(
                'SELECT COUNT(DISTINCT attachment_id) FROM ' . Database::table('image') . ' WHERE attachment_id > 0'
            ),
        ];
    }

    /**
     * @return array<int, string>
     */
    private static function imageTypes(): array
    {
        return array_values(array_filter(array_keys(ImageRequest::TYPES), function (string $type): bool {
            return wp_image_editor_supports(['mime_type' => $type]);
        }));
    }

    /**
     * @return array<int, array{name: string, ok: bool, hint: string}>
     */
    private static function checks(): array
    {
        $uploads = wp_upload_dir(null, false);
        $found = [
            ['https', wp_parse_url(home_url(), PHP_URL_SCHEME) === 'https',
                'The site is not served over HTTPS: articles travel readable, the pairing secret too.'],
            ['wp_cron', !(defined('DISABLE_WP_CRON') && DISABLE_WP_CRON),
                'DISABLE_WP_CRON is set. Scheduled posts need a system cron; publish at the due time instead.'],
            ['uploads_writable', wp_is_writable($uploads['basedir']),
                'The uploads directory is not writable.'],
            ['permalinks', (string) get_option('permalink_structure') !== '',
                'Plain permalinks are set: addresses of posts do not show their titles.'],
            ['image_sizes', self::imageTypes() === array_keys(ImageRequest::TYPES),
                'PHP lacks support for an image type: no smaller sizes are made of it.'],
        ];
        return array_map(function (array $check): array {
            return ['name' => $check[0], 'ok' => $check[1], 'hint' => $check[1] ? '' : $check[2]];
        }, $found);
    }
}
