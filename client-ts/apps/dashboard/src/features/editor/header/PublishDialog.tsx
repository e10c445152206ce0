import { useState } from 'react';
import type { DocumentView } from '@igny8/protocol';
import { useApi, useSite, useSiteId, useSitePath } from '~/shared/data/workspace';
import { FormModal } from '~/shared/overlay/FormModal';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Notice } from '~/shared/ui/Notice';
import { Link } from 'react-router';

/** To WordPress, at once or as a draft there; without a linked site, as files to a folder. Always free. */
export function PublishDialog({ view, onClose }: { view: DocumentView; onClose: () => void }) {
  const api = useApi();
  const id = useSiteId();
  const site = useSite();
  const path = useSitePath();
  const toasts = useToasts();
  const [live, setLive] = useState(true);
  const link = site?.link ?? null;
  const publish = async () => {
    await api.publish.publish(id, view.id, live);
    toasts.success(link ? 'On its way to WordPress' : 'The export has begun', { detail: 'The result appears in the side panel.' });
  };
  return (
    <FormModal title={link ? `Publish to ${link.name || link.url}` : 'Export the post'} submit={link ? (live ? 'Publish now' : 'Create a draft there') : 'Export'} onSubmit={publish} onClose={onClose}>
      {link ? (
        <fieldset className="flex flex-col gap-2">
          <legend className="sr-only">How</legend>
          <Choice checked={live} onChange={() => setLive(true)} title="Publish at once" text="Visitors see it immediately." />
          <Choice checked={!live} onChange={() => setLive(false)} title="As a draft in WordPress" text="Someone publishes it in wp-admin." />
        </fieldset>
      ) : (
        <Notice title="No site is linked">
          The post is written as HTML, Markdown, metadata and images to the server’s export folder. To publish to WordPress,{' '}
          <Link to={path('publish')} className="text-accent-text underline">
            link a site
          </Link>{' '}
          first.
        </Notice>
      )}
      <p className="text-xs text-ink-3">Publishing is free. Publishing the same draft again updates the same post; there is never a second one.</p>
    </FormModal>
  );
}

function Choice({ checked, onChange, title, text }: { checked: boolean; onChange: () => void; title: string; text: string }) {
  return (
    <label className="flex items-start gap-2.5 rounded-md border border-line px-3 py-2.5 has-checked:border-accent has-checked:bg-accent-soft">
      <input type="radio" name="how" checked={checked} onChange={onChange} className="mt-1 accent-accent" />
      <span>
        <span className="block font-medium">{title}</span>
        <span className="text-ink-3">{text}</span>
      </span>
    </label>
  );
}
