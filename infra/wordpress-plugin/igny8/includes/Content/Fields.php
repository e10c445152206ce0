<?php

namespace Igny8\Content;

use Igny8\Encoding;
use Igny8\Problem;

/**
 * Reads named fields out of a JSON object and collects what is wrong with them, so
 * that the other side learns all of it at once.
 */
final class Fields
{
    /** @var array<string, mixed> */
    private $from;
    /** @var array<string, string> */
    private $wrong = [];

    /**
     * @param array<string, mixed> $from
     */
    public function __construct(array $from)
    {
        $this->from = $from;
    }

    public function has(string $name): bool
    {
        return isset($this->from[$name]);
    }

    public function refuse(string $name, string $why): void
    {
        $this->wrong[$name] = $why;
    }

    /** A string of at most $max bytes; '' when absent and not required. */
    public function text(string $name, int $max, bool $required = false): string
    {
        $value = $this->from[$name] ?? null;
        if ($value === null && !$required) {
            return '';
        }
        if (!is_string($value) || ($required && trim($value) === '')) {
            $this->refuse($name, 'must be a text' . ($required ? ', not empty' : ''));
            return '';
        }
        if (strlen($value) > $max) {
            $this->refuse($name, "must have at most $max bytes");
            return '';
        }
        return $value;
    }

    public function number(string $name, int $min): ?int
    {
        $value = $this->from[$name] ?? null;
        if ($value === null) {
            return null;
        }
        if (!is_int($value) || $value < $min) {
            $this->refuse($name, "must be a whole number from $min");
            return null;
        }
        return $value;
    }

    public function flag(string $name): bool
    {
        $value = $this->from[$name] ?? false;
        if (!is_bool($value)) {
            $this->refuse($name, 'must be true or false');
        }
        return $value === true;
    }

    public function uuid(string $name): string
    {
        $value = $this->from[$name] ?? null;
        $pattern = '/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iD';
        if (!is_string($value) || !preg_match($pattern, $value)) {
            $this->refuse($name, 'must be a UUID');
            return '';
        }
        return strtolower($value);
    }

    /** A UTC time in WordPress's notation, or null when absent. */
    public function time(string $name): ?string
    {
        $value = $this->from[$name] ?? null;
        $gmt = is_string($value) ? Encoding::fromTime($value) : null;
        if ($value !== null && $gmt === null) {
            $this->refuse($name, 'must be a UTC time such as 2026-11-22T08:00:00Z');
        }
        return $gmt;
    }

    /**
     * Names (texts) or numbers of terms; null when absent.
     *
     * @return array<int, string|int>|null
     */
    public function terms(string $name, int $max): ?array
    {
        $value = $this->from[$name] ?? null;
        if ($value === null) {
            return null;
        }
        if (!is_array($value) || count($value) > $max) {
            $this->refuse($name, "must be a list of at most $max names or numbers");
            return null;
        }
        foreach ($value as $term) {
            $named = is_string($term) && trim($term) !== '' && strlen($term) <= 200;
            if (!$named && !(is_int($term) && $term > 0)) {
                $this->refuse($name, 'must hold names of at most 200 bytes, or numbers');
                return null;
            }
        }
        return array_values($value);
    }

    /**
     * @return array<string, mixed>|null
     */
    public function object(string $name, int $maxBytes): ?array
    {
        $value = $this->from[$name] ?? null;
        if ($value === null) {
            return null;
        }
        if (!is_array($value) || strlen((string) wp_json_encode($value)) > $maxBytes) {
            $this->refuse($name, "must be an object of at most $maxBytes bytes of JSON");
            return null;
        }
        return $value;
    }

    public function finish(): void
    {
        if ($this->wrong !== []) {
            throw new Problem(
                'invalid',
                422,
                'Some fields are not as they must be: ' . implode(', ', array_keys($this->wrong)) . '.',
                ['fields' => $this->wrong]
            );
        }
    }
}
