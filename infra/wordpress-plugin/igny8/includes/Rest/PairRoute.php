<?php

namespace Igny8\Rest;

use Igny8\Content\Fields;
use Igny8\Link;
use Igny8\Pairing;

/**
 * Connecting the site to a workspace, and ending the connection.
 */
final class PairRoute
{
    /**
     * @return array<string, mixed>
     */
    public static function pair(\WP_REST_Request $request): array
    {
        $fields = new Fields(Routes::json($request));
        $code = $fields->text('code', 40, true);
        $tenant = sanitize_text_field($fields->text('tenant_name', 200, true));
        $siteId = sanitize_text_field($fields->text('site_id', 64, true));
        $appUrl = $fields->text('app_url', 300);
        if ($appUrl !== '' && !preg_match('#^https?://[^/\s]+#iD', $appUrl)) {
            $fields->refuse('app_url', 'must be an http or https address');
        }
        $fields->finish();
        $userId = Pairing::redeem($code);
        return Link::create($tenant, $siteId, sanitize_url($appUrl), $userId) + ['site' => StatusRoute::site()];
    }

    /**
     * @return array<string, bool>
     */
    public static function disconnect(): array
    {
        Link::disconnect();
        return ['disconnected' => true];
    }
}
