<?php

namespace Igny8\Rest;

use Igny8\Content\Fields;
use Igny8\Content\ImageRequest;
use Igny8\Content\ImageStore;
use Igny8\Content\Importer;
use Igny8\Content\ImportRequest;

/**
 * Articles and images coming in, and the question what became of one.
 */
final class ContentRoute
{
    /**
     * @return array<string, mixed>
     */
    public static function import(\WP_REST_Request $request): array
    {
        return Importer::import(ImportRequest::parse(Routes::json($request)));
    }

    /**
     * @return array<string, mixed>
     */
    public static function lookUp(\WP_REST_Request $request): array
    {
        $fields = new Fields(Routes::json($request));
        $id = $fields->uuid('external_id');
        $kind = $fields->text('kind', 10) ?: 'post';
        if (!in_array($kind, ['post', 'image'], true)) {
            $fields->refuse('kind', 'must be post or image');
        }
        $fields->finish();
        return $kind === 'image' ? ImageStore::lookUp($id) : Importer::lookUp($id);
    }

    /**
     * @return array<string, mixed>
     */
    public static function uploadImage(\WP_REST_Request $request): array
    {
        return ImageStore::store(ImageRequest::parse(
            (string) $request->get_header('X-Igny8-Meta'),
            (string) $request->get_header('Content-Type'),
            (string) $request->get_body()
        ));
    }
}
