<?php

namespace Igny8\Rest;

use Igny8\Content\Changes;
use Igny8\Content\PostView;
use Igny8\Encoding;
use Igny8\Link;
use Igny8\Problem;

/**
 * What people did to our posts on the site since the app last asked.
 */
final class UpdatesRoute
{
    private const MAX_PAGE = 200;
    private const USUAL_PAGE = 50;

    /**
     * @return array<string, mixed>
     */
    public static function pull(\WP_REST_Request $request): array
    {
        $cursor = max(0, (int) $request->get_param('cursor'));
        $limit = (int) $request->get_param('limit') ?: self::USUAL_PAGE;
        $head = Changes::head();
        if ($cursor > $head) {
            throw new Problem(
                'cursor_unknown',
                409,
                'The site does not know this cursor; it may have been restored from a backup. '
                . 'Look up every post, then go on from changes_head.',
                ['changes_head' => $head]
            );
        }
        $rows = Changes::after($cursor, max(1, min(self::MAX_PAGE, $limit)));
        Changes::forgetBefore($cursor);
        Link::touch();
        $next = $rows === [] ? $cursor : (int) end($rows)['seq'];
        return [
            'changes' => array_map([self::class, 'describe'], $rows),
            // Rows the app had not asked for in time are gone: it looks up every post.
            'gap' => $rows !== [] && (int) $rows[0]['seq'] !== $cursor + 1,
            'next_cursor' => $next,
            'more' => $next < $head,
        ];
    }

    /**
     * @param array<string, string> $row
     * @return array<string, mixed>
     */
    private static function describe(array $row): array
    {
        $post = get_post((int) $row['post_id']);
        return [
            'seq' => (int) $row['seq'],
            'external_id' => $row['external_id'],
            'kind' => $row['kind'],
            'changed_at' => Encoding::unixToTime((int) $row['changed_at']),
            'current' => $post instanceof \WP_Post ? PostView::brief($post) : null,
        ];
    }
}
