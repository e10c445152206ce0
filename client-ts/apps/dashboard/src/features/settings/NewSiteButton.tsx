import { useState } from 'react';
import { useNavigate } from 'react-router';
import { Plus } from 'lucide-react';
import { useApi } from '~/shared/data/workspace';
import { FormModal } from '~/shared/overlay/FormModal';
import { Button } from '~/shared/ui/Button';
import { TextField } from '~/shared/ui/Field';

export function NewSiteButton({ primary }: { primary?: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button kind={primary ? 'primary' : 'secondary'} icon={<Plus size={14} />} onClick={() => setOpen(true)}>
        New site
      </Button>
      {open && <NewSite onClose={() => setOpen(false)} />}
    </>
  );
}

function NewSite({ onClose }: { onClose: () => void }) {
  const api = useApi();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const create = async () => {
    const site = await api.settings.createSite({ name: name.trim() });
    void navigate(`/sites/${site.id}/dashboard`);
  };
  return (
    <FormModal title="New site" description="A place for one website’s keywords, drafts and publications." submit="Create" onSubmit={create} onClose={onClose} canSubmit={name.trim() !== ''}>
      <TextField label="Name" autoFocus value={name} placeholder="Company blog" onChange={(event) => setName(event.target.value)} />
    </FormModal>
  );
}
