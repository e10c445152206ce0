<?php

namespace Igny8;

/**
 * What is signed, and with what. Pure: no clock, no store. Gate asks the questions
 * around it.
 */
final class Signature
{
    /**
     * @param string|null $meta the X-Igny8-Meta header's value; signed whenever it is sent
     */
    public static function text(
        string $method,
        string $route,
        string $timestamp,
        string $nonce,
        string $body,
        ?string $meta
    ): string {
        $lines = [$method, $route, $timestamp, $nonce, hash('sha256', $body)];
        if ($meta !== null) {
            $lines[] = $meta;
        }
        return implode("\n", $lines);
    }

    public static function sign(string $secret, string $text): string
    {
        return hash_hmac('sha256', $text, $secret);
    }
}
