<?php

namespace Igny8;

/**
 * The two notations of the contract: base64url without padding, and UTC times such
 * as 2026-11-22T08:00:00Z.
 */
final class Encoding
{
    public static function toBase64Url(string $raw): string
    {
        return rtrim(strtr(base64_encode($raw), '+/', '-_'), '=');
    }

    public static function fromBase64Url(string $text): ?string
    {
        if (!preg_match('/^[A-Za-z0-9_-]*$/D', $text)) {
            return null;
        }
        $raw = base64_decode(strtr($text, '-_', '+/'), true);
        return $raw === false ? null : $raw;
    }

    /** From WordPress's "2026-11-22 08:00:00"; null for its zero date. */
    public static function toTime(string $gmt): ?string
    {
        if ($gmt === '' || strpos($gmt, '0000-00-00') === 0) {
            return null;
        }
        return str_replace(' ', 'T', $gmt) . 'Z';
    }

    /** To WordPress's notation; null when it is no such time. */
    public static function fromTime(string $time): ?string
    {
        if (!preg_match('/^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?Z?$/D', $time, $part)) {
            return null;
        }
        $gmt = $part[1] . ' ' . $part[2];
        $parsed = \DateTime::createFromFormat('!Y-m-d H:i:s', $gmt, new \DateTimeZone('UTC'));
        return $parsed !== false && $parsed->format('Y-m-d H:i:s') === $gmt ? $gmt : null;
    }

    public static function unixToTime(int $unix): ?string
    {
        return $unix > 0 ? gmdate('Y-m-d\TH:i:s\Z', $unix) : null;
    }
}
