import { LogOut, Monitor, Moon, Sun } from 'lucide-react';
import { useSession } from '@igny8/react';
import { setTheme, useTheme } from '~/app/theme';
import { Menu } from '~/shared/overlay/Menu';
import { Avatar, colourOf } from '~/shared/ui/Avatar';
import { useSignOut } from '~/app/useSignOut';

/** Who one is, light or dark, and the way out. */
export function AccountMenu() {
  const signOut = useSignOut();
  const state = useSession();
  const theme = useTheme();
  if (state.status !== 'signed_in') return null;
  const { account } = state;
  const themes = [
    { label: 'Light', icon: <Sun size={14} />, checked: theme === 'light', run: () => setTheme('light') },
    { label: 'Dark', icon: <Moon size={14} />, checked: theme === 'dark', run: () => setTheme('dark') },
    { label: 'As the system', icon: <Monitor size={14} />, checked: theme === 'system', run: () => setTheme('system') },
  ];
  return (
    <Menu
      label="Account and theme"
      align="left"
      up
      buttonClassName="flex rounded-full p-0.5 hover:bg-hover"
      button={<Avatar name={account.name || account.email} colour={colourOf(account.id)} />}
      sections={[themes, [{ label: 'Sign out', note: account.email, icon: <LogOut size={14} />, run: () => void signOut() }]]}
    />
  );
}
