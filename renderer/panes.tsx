// The panes: chats, the place, and details beside each other where they fit; sheets over the place where they do not.

import { useEffect } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { CacheScreen } from './cache/cache-screen.tsx';
import { ChatScreen } from './chat/chat-screen.tsx';
import { DetailsPane } from './chat/details-pane.tsx';
import { LibraryScreen } from './library/library-screen.tsx';
import { Sidebar } from './sidebar/sidebar.tsx';
import { onShortcut } from './shortcuts.ts';
import { useView } from './state/view.ts';
import { Dialog } from './ui/dialog.tsx';
import { usePanes } from './ui/width.ts';

export function Panes() {
  const panes = usePanes();
  const place = useView((view) => view.place);
  useEffect(() => {
    document.addEventListener('keydown', onShortcut);
    return () => document.removeEventListener('keydown', onShortcut);
  }, []);
  const screen = place === 'chat' ? <ChatScreen /> : place === 'library' ? <LibraryScreen /> : <CacheScreen />;
  const details = panes === 3 && place === 'chat';
  return (
    <>
      {panes === 1 ? <div className="pane-only">{screen}</div> : <Beside details={details}>{screen}</Beside>}
      {panes === 1 && <Drawer />}
      {panes < 3 && <Sheet />}
    </>
  );
}

function Beside({ details, children }: { details: boolean; children: React.ReactNode }) {
  const id = details ? 'hearth.three-panes' : 'hearth.two-panes';
  const layout = useDefaultLayout({ id, panelIds: details ? ['chats', 'place', 'details'] : ['chats', 'place'] });
  return (
    <Group key={id} id={id} className="panes" {...layout}>
      <Panel
        id="chats"
        className="pane"
        defaultSize={272}
        minSize={210}
        maxSize={420}
        groupResizeBehavior="preserve-pixel-size"
      >
        <Sidebar />
      </Panel>
      <Separator className="separator" title="Width of the chats" />
      <Panel id="place" className="pane" minSize={380}>
        {children}
      </Panel>
      {details && (
        <>
          <Separator className="separator" title="Width of the details" />
          <Panel
            id="details"
            className="pane"
            defaultSize={330}
            minSize={260}
            maxSize={520}
            groupResizeBehavior="preserve-pixel-size"
          >
            <aside className="details-pane" aria-label="Details">
              <DetailsPane />
            </aside>
          </Panel>
        </>
      )}
    </Group>
  );
}

function Drawer() {
  const open = useView((view) => view.drawerOpen);
  return (
    <Dialog open={open} onClose={() => useView.setState({ drawerOpen: false })} title="Chats" form="drawer">
      <Sidebar />
    </Dialog>
  );
}

function Sheet() {
  const open = useView((view) => view.sheetOpen && view.place === 'chat');
  return (
    <Dialog open={open} onClose={() => useView.setState({ sheetOpen: false })} title="Details" form="side">
      <DetailsPane />
    </Dialog>
  );
}
