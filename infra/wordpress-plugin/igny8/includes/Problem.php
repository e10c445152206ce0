<?php

namespace Igny8;

/**
 * A failure the other side is told about: a stable code, an HTTP status, and a
 * sentence that says what to do. Anything else that is thrown is answered blank.
 */
final class Problem extends \RuntimeException
{
    /** @var string */
    private $name;
    /** @var int */
    private $status;
    /** @var array<string, mixed> */
    private $data;

    /**
     * @param array<string, mixed> $data
     */
    public function __construct(string $name, int $status, string $message, array $data = [])
    {
        parent::__construct($message);
        $this->name = 'igny8_' . $name;
        $this->status = $status;
        $this->data = $data;
    }

    public static function busy(string $what): self
    {
        return new self('busy', 503, "Another request is working on $what. Try again in a few seconds.", [
            'retry_after' => 5,
        ]);
    }

    public static function store(): self
    {
        return new self('store_failed', 503, 'The site\'s database refused a write. Try again later.', [
            'retry_after' => 30,
        ]);
    }

    public function toError(): \WP_Error
    {
        return new \WP_Error($this->name, $this->getMessage(), ['status' => $this->status] + $this->data);
    }
}
