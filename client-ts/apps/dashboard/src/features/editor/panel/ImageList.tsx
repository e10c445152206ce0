import { useState } from 'react';
import { ImagePlus } from 'lucide-react';
import type { DocumentView } from '@igny8/protocol';
import { useApi, useCan, useSiteId } from '~/shared/data/workspace';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { QuoteDialog } from '~/shared/quote/QuoteDialog';
import { Badge } from '~/shared/ui/Badge';
import { Button } from '~/shared/ui/Button';
import { StepperField } from '~/shared/ui/Field';
import { Skeleton } from '~/shared/ui/Skeleton';

/** The draft's images with their alternative texts, and the way to make more. */
export function ImageList({ view, busy }: { view: DocumentView; busy: boolean }) {
  const mayEdit = useCan('edit');
  const [making, setMaking] = useState(false);
  return (
    <>
      <ul className="flex flex-col gap-3">
        {view.images.map((image) => (
          <li key={image.id} className="relative">
            <img src={image.url} alt={image.alt} width={image.width} height={image.height} loading="lazy" className="h-auto w-full rounded-md border border-line bg-hover" />
            <p className="mt-1 line-clamp-2 text-xs text-ink-3">{image.alt}</p>
            {image.featured && (
              <span className="absolute top-2 left-2">
                <Badge tone="accent">Main image</Badge>
              </span>
            )}
          </li>
        ))}
        {busy && (
          <li>
            <div role="status" aria-label="An image is being made">
              <Skeleton className="aspect-video h-auto w-full" />
            </div>
          </li>
        )}
      </ul>
      {view.images.length === 0 && !busy && <p className="text-ink-3">None yet.</p>}
      {mayEdit && (
        <Button size="sm" className="self-start" icon={<ImagePlus size={14} />} onClick={() => setMaking(true)}>
          Make images
        </Button>
      )}
      {making && <MakeImagesDialog document={view.id} onClose={() => setMaking(false)} />}
    </>
  );
}

// The server refuses more in one request.
const IMAGES_MAX = 3;

function MakeImagesDialog({ document, onClose }: { document: string; onClose: () => void }) {
  const api = useApi();
  const site = useSiteId();
  const toasts = useToasts();
  const [count, setCount] = useState(1);
  const run = async () => {
    await api.writer.makeImages(site, document, count);
    toasts.success('Images are being made');
  };
  return (
    <QuoteDialog title="Make images" description="Each with an alternative text." request={{ kind: 'image', document, images: count }} confirm="Make" onConfirm={run} onClose={onClose}>
      <StepperField label="How many" value={count} min={1} max={IMAGES_MAX} onChange={setCount} />
    </QuoteDialog>
  );
}
