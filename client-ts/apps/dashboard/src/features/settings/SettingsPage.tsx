import { PageHeader, Section } from '~/shared/ui/PageHeader';
import { useCan } from '~/shared/data/workspace';
import { Notice } from '~/shared/ui/Notice';
import { NewSiteButton } from './NewSiteButton';
import { SiteForm } from './SiteForm';
import { SiteList } from './SiteList';

export function SettingsPage() {
  const mayChange = useCan('settings');
  return (
    <div className="flex h-full flex-col">
      <PageHeader title="Settings" />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-3xl flex-col gap-10 p-4 sm:p-6">
          {!mayChange && <Notice title="Reading only">Owners and admins change settings.</Notice>}
          <Section title="This site" description="How the AI writes here: drafts keep the voice they were written with.">
            <SiteForm canEdit={mayChange} />
          </Section>
          <Section title="Sites" description="Each has its own keywords, drafts and WordPress link." actions={mayChange && <NewSiteButton />}>
            <SiteList />
          </Section>
        </div>
      </div>
    </div>
  );
}
