<?php

namespace Igny8\Rest;

use Igny8\Gate;
use Igny8\Link;
use Igny8\Problem;

/**
 * The list of routes, and what holds for all of them: who is let in, how failures
 * are answered, that nothing is cached and no foreign web page reads along.
 */
final class Routes
{
    public const SPACE = 'igny8/v1';
    /** A body above this is not read as JSON. Content has its own, lower limit. */
    private const MAX_JSON = 12 * 1024 * 1024;

    public static function register(): void
    {
        $routes = [
            ['POST', 'pair', [PairRoute::class, 'pair'], '__return_true'],
            ['GET', 'status', [StatusRoute::class, 'show'], [Gate::class, 'admit']],
            ['POST', 'import-content', [ContentRoute::class, 'import'], [Gate::class, 'admit']],
            ['POST', 'lookup', [ContentRoute::class, 'lookUp'], [Gate::class, 'admit']],
            ['POST', 'upload-image', [ContentRoute::class, 'uploadImage'], [Gate::class, 'admit']],
            ['POST', 'sync-settings', [SettingsRoute::class, 'sync'], [Gate::class, 'admit']],
            ['GET', 'pull-updates', [UpdatesRoute::class, 'pull'], [Gate::class, 'admit']],
            ['POST', 'disconnect', [PairRoute::class, 'disconnect'], [Gate::class, 'admit']],
        ];
        foreach ($routes as [$method, $path, $callback, $permission]) {
            register_rest_route(self::SPACE, '/' . $path, [
                'methods' => $method,
                'callback' => self::guarded($callback),
                'permission_callback' => $permission,
                'show_in_index' => false,
            ]);
        }
    }

    private static function guarded(callable $callback): callable
    {
        return function (\WP_REST_Request $request) use ($callback) {
            try {
                return new \WP_REST_Response($callback($request), 200);
            } catch (Problem $problem) {
                return $problem->toError();
            } catch (\Throwable $failure) {
                $where = $failure->getFile() . ':' . $failure->getLine();
                error_log('igny8: ' . $failure->getMessage() . ' at ' . $where);
                return new \WP_Error(
                    'igny8_failed',
                    'The plugin failed; the reason is in the site\'s PHP error log. Try again later.',
                    ['status' => 500]
                );
            }
        };
    }

    /**
     * @return array<string, mixed>
     */
    public static function json(\WP_REST_Request $request): array
    {
        $body = (string) $request->get_body();
        $json = strlen($body) <= self::MAX_JSON ? json_decode($body, true, 32) : null;
        if (!is_array($json)) {
            throw new Problem('not_json', 400, 'The body must be a JSON object.');
        }
        return $json;
    }

    /**
     * @param \WP_HTTP_Response $response
     * @param \WP_REST_Server $server
     * @return \WP_HTTP_Response
     */
    public static function finish($response, $server, \WP_REST_Request $request)
    {
        if (strpos($request->get_route(), '/' . self::SPACE) !== 0) {
            return $response;
        }
        $response->header('Cache-Control', 'no-store');
        $retry = $response->get_data()['data']['retry_after'] ?? null;
        if (is_int($retry)) {
            $response->header('Retry-After', (string) $retry);
        }
        return $response;
    }

    /**
     * WordPress lets scripts of any origin read its REST answers. These routes are for
     * a server; of browsers, only pages of the app may read.
     *
     * @param bool $served
     * @param \WP_HTTP_Response $result
     * @param \WP_REST_Server $server
     */
    public static function limitOrigins($served, $result, \WP_REST_Request $request, $server): bool
    {
        if (strpos($request->get_route(), '/' . self::SPACE) === 0) {
            $app = wp_parse_url((string) (Link::get()['app_url'] ?? ''));
            $port = isset($app['port']) ? ':' . $app['port'] : '';
            $allowed = isset($app['scheme'], $app['host']) ? $app['scheme'] . '://' . $app['host'] . $port : null;
            if ($allowed === null || get_http_origin() !== $allowed) {
                header_remove('Access-Control-Allow-Origin');
                header_remove('Access-Control-Allow-Credentials');
            }
        }
        return (bool) $served;
    }
}
