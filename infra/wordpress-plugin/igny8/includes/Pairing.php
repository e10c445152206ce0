<?php

namespace Igny8;

/**
 * The one-time code that connects the site to a workspace. Stored as a keyed hash;
 * it ends by being used, after 15 minutes, or with the fifth wrong try.
 */
final class Pairing
{
    /** Without 0 O 1 I L, which people mistake for each other: 31 characters, 49 bits in ten. */
    private const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
    private const LENGTH = 10;
    private const LIFETIME = 15 * 60;
    private const TRIES = 5;
    private const NAME = 'pairing';

    public static function createCode(int $userId): string
    {
        $code = '';
        for ($i = 0; $i < self::LENGTH; $i++) {
            $code .= self::ALPHABET[random_int(0, strlen(self::ALPHABET) - 1)];
        }
        State::write(self::NAME, [
            'hash' => self::hash($code),
            'expires_at' => time() + self::LIFETIME,
            'tries' => 0,
            'used' => false,
            'user_id' => $userId,
        ]);
        return $code;
    }

    /**
     * Uses the code up.
     *
     * @return int the user who made it
     */
    public static function redeem(string $code): int
    {
        return Database::locked('pairing', 5, function () use ($code): int {
            return self::redeemAlone($code);
        });
    }

    private static function redeemAlone(string $code): int
    {
        $stored = State::read(self::NAME);
        if ($stored === null) {
            throw new Problem('no_code', 403, 'There is no code. Make one under Settings > IGNY8 in wp-admin.');
        }
        if ($stored['tries'] >= self::TRIES) {
            throw new Problem('code_locked', 403, 'Too many wrong tries. Make a new code in wp-admin.');
        }
        $clean = strtoupper((string) preg_replace('/[\s-]+/', '', $code));
        if (!hash_equals((string) $stored['hash'], self::hash($clean))) {
            $stored['tries']++;
            State::write(self::NAME, $stored);
            throw new Problem('code_wrong', 403, 'The code is wrong. Compare it with the one in wp-admin.', [
                'tries_left' => self::TRIES - $stored['tries'],
            ]);
        }
        if ($stored['used']) {
            throw new Problem('code_used', 403, 'The code was used before. Make a new one in wp-admin.');
        }
        if (time() > $stored['expires_at']) {
            throw new Problem('code_expired', 403, 'The code is older than 15 minutes. Make a new one in wp-admin.');
        }
        State::write(self::NAME, ['used' => true] + $stored);
        return (int) $stored['user_id'];
    }

    private static function hash(string $code): string
    {
        return hash_hmac('sha256', 'igny8 pairing code|' . $code, wp_salt('nonce'));
    }
}
