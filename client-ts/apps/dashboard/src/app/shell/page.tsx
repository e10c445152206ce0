import type { ReactNode } from 'react';
import { BrainCircuit, CalendarClock, ChartColumn, Cpu, CreditCard, FileText, Gauge, KeyRound, LayoutDashboard, Lightbulb, ListTodo, MailWarning, Send, Server, Settings, Shapes, Users, Waypoints } from 'lucide-react';

export interface NavPage {
  page: string;
  label: string;
  icon: ReactNode;
  /** Pressed after `g`. */
  key?: string;
}

/** The sidebar: groups of pages. */
export const NAVIGATION: { group: string | null; pages: NavPage[] }[] = [
  { group: null, pages: [{ page: 'dashboard', label: 'Dashboard', icon: <LayoutDashboard size={15} />, key: 'd' }] },
  {
    group: 'Planner',
    pages: [
      { page: 'keywords', label: 'Keywords', icon: <KeyRound size={15} />, key: 'k' },
      { page: 'clusters', label: 'Clusters', icon: <Shapes size={15} />, key: 'c' },
      { page: 'ideas', label: 'Ideas', icon: <Lightbulb size={15} />, key: 'i' },
    ],
  },
  {
    group: 'Writer',
    pages: [
      { page: 'tasks', label: 'Tasks', icon: <ListTodo size={15} />, key: 't' },
      { page: 'queue', label: 'Queue', icon: <Gauge size={15} />, key: 'q' },
      { page: 'dead-letters', label: 'Dead letters', icon: <MailWarning size={15} />, key: 'l' },
      { page: 'drafts', label: 'Drafts', icon: <FileText size={15} />, key: 'w' },
    ],
  },
  {
    group: 'Site',
    pages: [
      { page: 'publish', label: 'Publish', icon: <Send size={15} />, key: 'p' },
      { page: 'automation', label: 'Automation', icon: <CalendarClock size={15} />, key: 'a' },
      { page: 'thinker', label: 'Thinker', icon: <BrainCircuit size={15} />, key: 'h' },
    ],
  },
  {
    group: 'Workspace',
    pages: [
      { page: 'billing', label: 'Billing', icon: <CreditCard size={15} />, key: 'b' },
      { page: 'usage', label: 'AI usage', icon: <ChartColumn size={15} />, key: 'u' },
      { page: 'ai-models', label: 'AI models', icon: <Cpu size={15} />, key: 'o' },
      { page: 'lanes', label: 'Lanes', icon: <Waypoints size={15} />, key: 'n' },
      { page: 'team', label: 'Team', icon: <Users size={15} />, key: 'm' },
      { page: 'settings', label: 'Settings', icon: <Settings size={15} />, key: 's' },
      { page: 'system', label: 'System', icon: <Server size={15} />, key: 'y' },
    ],
  },
];

export const NAV_PAGES: NavPage[] = NAVIGATION.flatMap(({ pages }) => pages);
