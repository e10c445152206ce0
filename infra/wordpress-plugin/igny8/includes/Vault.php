<?php

namespace Igny8;

/**
 * Seals the link's secret under a key made from the site's salts: a copy of the
 * database alone does not reveal it. New salts make it unreadable, and the site is
 * then paired anew.
 */
final class Vault
{
    public static function seal(string $plain): string
    {
        $nonce = random_bytes(SODIUM_CRYPTO_SECRETBOX_NONCEBYTES);
        return 'v1:' . base64_encode($nonce . sodium_crypto_secretbox($plain, $nonce, self::key()));
    }

    public static function open(string $sealed): ?string
    {
        $raw = strpos($sealed, 'v1:') === 0 ? base64_decode(substr($sealed, 3), true) : false;
        if ($raw === false || strlen($raw) <= SODIUM_CRYPTO_SECRETBOX_NONCEBYTES) {
            return null;
        }
        $nonce = substr($raw, 0, SODIUM_CRYPTO_SECRETBOX_NONCEBYTES);
        $plain = sodium_crypto_secretbox_open(
            substr($raw, SODIUM_CRYPTO_SECRETBOX_NONCEBYTES),
            $nonce,
            self::key()
        );
        return $plain === false ? null : $plain;
    }

    private static function key(): string
    {
        return hash('sha256', 'igny8 link secret v1|' . wp_salt('auth') . '|' . wp_salt('secure_auth'), true);
    }
}
