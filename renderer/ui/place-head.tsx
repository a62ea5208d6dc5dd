// The head of a place: its title, and the ways to the panes that do not fit beside it.

import { PanelLeft, PanelRight } from 'lucide-react';
import { useView } from '../state/view.ts';
import { IconButton } from './button.tsx';
import { usePanes } from './width.ts';

interface PlaceHeadProps {
  title: string;
  /** Offers the details as a sheet where they have no pane. */
  details?: boolean;
}

export function PlaceHead({ title, details = false }: PlaceHeadProps) {
  const panes = usePanes();
  return (
    <header className="place-head">
      {panes === 1 && (
        <IconButton label="Chats" onClick={() => useView.setState({ drawerOpen: true })}>
          <PanelLeft size={18} />
        </IconButton>
      )}
      <h1 className="ellipsis">{title}</h1>
      {details && panes < 3 && (
        <IconButton label="Details" onClick={() => useView.setState({ sheetOpen: true })}>
          <PanelRight size={18} />
        </IconButton>
      )}
    </header>
  );
}
