<?php

namespace Igny8\Content;

/**
 * One article as the app wants it to be, checked. Absent optional fields are null:
 * an update leaves those as they are.
 */
final class ImportRequest
{
    /** MySQL's LONGTEXT holds more; WordPress and its editor do not cope with more. */
    private const MAX_CONTENT = 8 * 1024 * 1024;
    private const STATUSES = ['draft', 'publish', 'future', 'private'];

    /** @var string */
    public $externalId;
    /** @var int */
    public $revision;
    /** @var int|null */
    public $epoch;
    /** @var bool */
    public $force;
    /** @var string|null the post's time of change the app last saw; '' when it saw that there is none */
    public $expectedModified;
    /** @var string */
    public $title;
    /** @var string */
    public $content;
    /** @var string */
    public $status;
    /** @var string|null */
    public $date;
    /** @var string|null */
    public $slug;
    /** @var string|null */
    public $excerpt;
    /** @var string|null */
    public $authorEmail;
    /** @var array<int, string|int>|null */
    public $categories;
    /** @var array<int, string|int>|null */
    public $tags;
    /** @var int|null 0 takes the image away */
    public $featuredMedia;
    /** @var array<string, string>|null */
    public $seo;
    /** @var array<string, mixed>|null */
    public $provenance;
    /** @var string|null */
    public $language;

    /**
     * @param array<string, mixed> $json
     */
    public static function parse(array $json): self
    {
        $fields = new Fields($json);
        $request = new self();
        $request->externalId = $fields->uuid('external_id');
        $request->revision = (int) $fields->number('revision', 1);
        if (!$fields->has('revision')) {
            $fields->refuse('revision', 'must be a whole number from 1');
        }
        $request->epoch = $fields->number('epoch', 0);
        $request->force = $fields->flag('force');
        $request->expectedModified = ($json['expected_modified_gmt'] ?? null) === ''
            ? ''
            : $fields->time('expected_modified_gmt');
        $request->readArticle($fields);
        $request->readSurroundings($fields, $json);
        $fields->finish();
        return $request;
    }

    private function readArticle(Fields $fields): void
    {
        $this->title = $fields->text('title', 1000, true);
        $this->content = $fields->text('content', self::MAX_CONTENT, true);
        $this->status = $fields->text('status', 20, true);
        if (!in_array($this->status, self::STATUSES, true)) {
            $fields->refuse('status', 'must be one of ' . implode(', ', self::STATUSES));
        }
        $this->date = $fields->time('date_gmt');
        if ($this->status === 'future' && !$fields->has('date_gmt')) {
            $fields->refuse('date_gmt', 'must be given for status future');
        }
        $this->slug = $fields->text('slug', 200) ?: null;
        $this->excerpt = $fields->has('excerpt') ? $fields->text('excerpt', 10000) : null;
    }

    /**
     * @param array<string, mixed> $json
     */
    private function readSurroundings(Fields $fields, array $json): void
    {
        $this->authorEmail = $fields->text('author_email', 254) ?: null;
        $this->categories = $fields->terms('categories', 20);
        $this->tags = $fields->terms('tags', 50);
        $this->featuredMedia = $fields->number('featured_media_id', 0);
        $this->provenance = $fields->object('provenance', 16384);
        $this->language = $fields->text('language', 35) ?: null;
        if ($this->language !== null && !preg_match('/^[a-z]{2,3}([_-][a-z0-9]{2,8})*$/iD', $this->language)) {
            $fields->refuse('language', 'must be a language tag such as en or pt-BR');
        }
        $seo = $fields->object('seo', 8192);
        if ($seo !== null) {
            $inner = new Fields($seo);
            $this->seo = [
                'title' => $inner->text('title', 1000),
                'description' => $inner->text('description', 4000),
                'focus_keyword' => $inner->text('focus_keyword', 1000),
            ];
            $inner->finish();
        }
    }

    /** Equal for requests that ask for the same article, however often and by whichever owner. */
    public function payloadHash(): string
    {
        return hash('sha256', (string) wp_json_encode([
            $this->title, $this->content, $this->status, $this->date, $this->slug, $this->excerpt,
            $this->authorEmail, $this->categories, $this->tags, $this->featuredMedia, $this->seo,
            $this->provenance, $this->language,
        ]));
    }
}
