import { useState } from 'react';
import { useApi, useSiteId } from '~/shared/data/workspace';
import { FormModal } from '~/shared/overlay/FormModal';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { TextField } from '~/shared/ui/Field';

const STEPS = ['Install the IGNY8 plugin in WordPress: Plugins → Add New → Upload Plugin, then activate it.', 'In wp-admin, open Settings → IGNY8 and press “Show a pairing code”. It is good for one use.', 'Enter the address of the site and the code here.'];

/** Pairs a WordPress site by the code that its wp-admin shows. */
export function LinkWizard({ onClose }: { onClose: () => void }) {
  const api = useApi();
  const site = useSiteId();
  const toasts = useToasts();
  const [url, setUrl] = useState('');
  const [code, setCode] = useState('');
  const pair = async () => {
    const address = /^https?:\/\//i.test(url.trim()) ? url.trim() : `https://${url.trim()}`;
    const state = await api.publish.pair(site, { url: address, code: code.trim() });
    toasts.success('The site is linked', { detail: state.link?.name || address });
  };
  return (
    <FormModal title="Link a WordPress site" submit="Link the site" onSubmit={pair} onClose={onClose} canSubmit={url.trim() !== '' && code.trim() !== ''}>
      <ol className="flex flex-col gap-2.5">
        {STEPS.map((step, index) => (
          <li key={step} className="flex gap-3">
            <span aria-hidden="true" className="tnum flex size-5 shrink-0 items-center justify-center rounded-full bg-accent-soft text-2xs font-semibold text-accent-text">
              {index + 1}
            </span>
            <span className="text-ink-2">{step}</span>
          </li>
        ))}
      </ol>
      <TextField label="Address of the site" type="text" inputMode="url" autoFocus placeholder="https://blog.example.com" value={url} onChange={(event) => setUrl(event.target.value)} />
      <TextField label="Pairing code" autoComplete="one-time-code" placeholder="From wp-admin" value={code} onChange={(event) => setCode(event.target.value)} />
    </FormModal>
  );
}
