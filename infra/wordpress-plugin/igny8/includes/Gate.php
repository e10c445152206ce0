<?php

namespace Igny8;

/**
 * Lets a request in when its signature is right, its time is near and its nonce new.
 */
final class Gate
{
    /** Seconds the two clocks may differ. */
    public const SKEW = 300;
    /** A nonce is kept for longer than its request can be valid: 300 s to either side. */
    private const KEEP_NONCE = 660;
    private const HEADERS = ['X-Igny8-Key', 'X-Igny8-Timestamp', 'X-Igny8-Nonce', 'X-Igny8-Signature'];

    /** @var array<string, bool> signatures that passed in this PHP request */
    private static $passed = [];

    /**
     * The permission callback of every signed route.
     *
     * @return true|\WP_Error
     */
    public static function admit(\WP_REST_Request $request)
    {
        // WordPress asks again while it writes the Allow header: the nonce is spent by then.
        $known = $request->get_header('X-Igny8-Signature') . $request->get_route();
        if (isset(self::$passed[$known])) {
            return true;
        }
        try {
            self::check($request);
        } catch (Problem $problem) {
            return $problem->toError();
        }
        self::$passed[$known] = true;
        // Whoever is logged in counts for nothing here, least of all their unfiltered_html.
        wp_set_current_user(0);
        return true;
    }

    private static function check(\WP_REST_Request $request): void
    {
        self::requireHeaders($request);
        $secret = self::secretFor((string) $request->get_header('X-Igny8-Key'));
        self::requireWholeBody($request);
        $timestamp = (string) $request->get_header('X-Igny8-Timestamp');
        $nonce = (string) $request->get_header('X-Igny8-Nonce');
        $wanted = Signature::sign($secret, Signature::text(
            $request->get_method(),
            $request->get_route(),
            $timestamp,
            $nonce,
            (string) $request->get_body(),
            ((string) $request->get_header('X-Igny8-Meta')) ?: null
        ));
        if (!hash_equals($wanted, (string) $request->get_header('X-Igny8-Signature'))) {
            throw new Problem(
                'bad_signature',
                401,
                'The signature does not match. Check the secret and what is signed, or pair the site again.'
            );
        }
        self::requireNear($timestamp);
        self::spend($nonce);
    }

    private static function requireHeaders(\WP_REST_Request $request): void
    {
        $missing = [];
        foreach (self::HEADERS as $name) {
            if ((string) $request->get_header($name) === '') {
                $missing[] = $name;
            }
        }
        if ($missing !== []) {
            throw new Problem(
                'headers_missing',
                401,
                'Signature headers are missing. If they were sent, a proxy or firewall before the site drops them.',
                ['missing' => $missing]
            );
        }
        if (!preg_match('/^[A-Za-z0-9_-]{16,64}$/D', (string) $request->get_header('X-Igny8-Nonce'))) {
            throw new Problem('bad_nonce', 400, 'X-Igny8-Nonce must be 16 to 64 characters of A-Z a-z 0-9 _ -.');
        }
    }

    private static function secretFor(string $keyId): string
    {
        $link = Link::get();
        if ($link === null) {
            throw new Problem(
                'not_paired',
                401,
                'This site is not connected. Enter a code from Settings > IGNY8 in the app.'
            );
        }
        if (!hash_equals((string) $link['key_id'], $keyId)) {
            throw new Problem(
                'unknown_key',
                401,
                'This site is connected under another key. Pair it again if it is yours.'
            );
        }
        $secret = Vault::open((string) $link['sealed']);
        if ($secret === null) {
            throw new Problem(
                'secret_unreadable',
                401,
                'The site\'s salts have changed and its secret cannot be read. Pair the site again.'
            );
        }
        return $secret;
    }

    /** PHP hands over an empty body when it is above post_max_size. */
    private static function requireWholeBody(\WP_REST_Request $request): void
    {
        $announced = (int) $request->get_header('Content-Length');
        if ($announced > strlen((string) $request->get_body())) {
            throw new Problem(
                'body_cut',
                413,
                'The site cut the request off: it is above what the server accepts.',
                ['post_max_size' => (string) ini_get('post_max_size')]
            );
        }
    }

    private static function requireNear(string $timestamp): void
    {
        $now = time();
        if (!preg_match('/^\d{1,12}$/D', $timestamp) || abs($now - (int) $timestamp) > self::SKEW) {
            throw new Problem(
                'clock_skew',
                401,
                'The request\'s time is more than 300 s from this site\'s. Set both clocks by NTP.',
                ['server_time' => $now]
            );
        }
    }

    /** One statement decides: a nonce that is there already was used. */
    private static function spend(string $nonce): void
    {
        global $wpdb;
        $table = Database::table('nonce');
        $now = time();
        $new = Database::write(
            $wpdb->prepare("INSERT IGNORE INTO $table (nonce, seen_at) VALUES (%s, %d)", $nonce, $now)
        );
        if ($new !== 1) {
            throw new Problem('replayed', 401, 'This nonce was used before. Sign the request anew.');
        }
        // Old ones go bit by bit; one request in twenty is enough to stay ahead.
        if (wp_rand(1, 20) === 1) {
            self::forgetOldNonces($now);
        }
    }

    public static function forgetOldNonces(int $now): void
    {
        global $wpdb;
        $table = Database::table('nonce');
        $wpdb->query($wpdb->prepare(
            "DELETE FROM $table WHERE seen_at < %d ORDER BY seen_at LIMIT 1000",
            $now - self::KEEP_NONCE
        ));
    }
}
