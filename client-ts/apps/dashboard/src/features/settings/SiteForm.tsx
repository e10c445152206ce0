import { useState, type FormEvent } from 'react';
import type { SiteView } from '@igny8/protocol';
import { useApi, useSite } from '~/shared/data/workspace';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Button } from '~/shared/ui/Button';
import { SelectField, TextArea, TextField } from '~/shared/ui/Field';
import { Card } from '~/shared/ui/PageHeader';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { LANGUAGES } from './language';

/** Name, language, voice, persona and allowed hosts of the site one is in. */
export function SiteForm({ canEdit }: { canEdit: boolean }) {
  const site = useSite();
  return <Card className="p-4">{site ? <Form key={site.id} site={site} canEdit={canEdit} /> : <SkeletonLines lines={4} />}</Card>;
}

function Form({ site, canEdit }: { site: SiteView; canEdit: boolean }) {
  const api = useApi();
  const toasts = useToasts();
  const [name, setName] = useState(site.name);
  const [language, setLanguage] = useState(site.language);
  const [voice, setVoice] = useState(site.brand_voice);
  const [persona, setPersona] = useState(site.persona);
  const [hosts, setHosts] = useState(site.link_hosts.join('\n'));
  const [busy, setBusy] = useState(false);
  const changed = name !== site.name || language !== site.language || voice !== site.brand_voice || persona !== site.persona || hosts !== site.link_hosts.join('\n');
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await api.settings.changeSite(site.id, { name: name.trim(), language, brand_voice: voice, persona, link_hosts: hosts.split(/\s+/).filter(Boolean) });
      toasts.success('Settings saved');
    } catch (error) {
      toasts.problem(error);
    }
    setBusy(false);
  };
  const languages = LANGUAGES.some(({ code }) => code === language) ? LANGUAGES : [{ code: language, name: language }, ...LANGUAGES];
  return (
    <form onSubmit={(event) => void save(event)} className="flex flex-col gap-4">
      <fieldset disabled={!canEdit} className="grid gap-4 sm:grid-cols-2">
        <TextField label="Name" value={name} required onChange={(event) => setName(event.target.value)} />
        <SelectField label="Language of the content" value={language} onChange={(event) => setLanguage(event.target.value)}>
          {languages.map(({ code, name: label }) => (
            <option key={code} value={code}>
              {label}
            </option>
          ))}
        </SelectField>
        <TextArea label="Brand voice" className="sm:col-span-2" rows={5} value={voice} placeholder="Friendly and exact. Short sentences. We say “you”. No superlatives." hint="Goes along with every article and idea. An example sentence helps more than adjectives." onChange={(event) => setVoice(event.target.value)} />
        <TextArea label="Persona" rows={4} value={persona} placeholder="A barista of twenty years who explains to beginners." hint="Who speaks, and to whom. Goes along with every request to a model." onChange={(event) => setPersona(event.target.value)} />
        <TextArea label="Hosts the AI may link to" rows={4} mono value={hosts} placeholder={'docs.example.com\nexample.org'} hint="One a line, beside the site’s own. Links and images of a model that lead elsewhere stay as text." onChange={(event) => setHosts(event.target.value)} />
      </fieldset>
      {canEdit && (
        <Button type="submit" kind="primary" className="self-end" busy={busy} disabled={!changed || name.trim() === ''}>
          Save
        </Button>
      )}
    </form>
  );
}
