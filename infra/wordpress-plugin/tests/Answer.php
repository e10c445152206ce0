<?php

namespace Igny8\Tests;

/**
 * What a site answered.
 */
final class Answer
{
    /** @var int */
    public $status;
    /** @var string */
    public $headers;
    /** @var string */
    public $raw;
    /** @var array<string, mixed> */
    public $json;

    public function __construct(int $status, string $headers, string $raw)
    {
        $this->status = $status;
        $this->headers = $headers;
        $this->raw = $raw;
        $this->json = (array) json_decode($raw, true);
    }

    /** Status and code in one, so that a failed comparison shows both. */
    public function outcome(): string
    {
        return $this->status . ' ' . ($this->json['code'] ?? 'ok');
    }
}
