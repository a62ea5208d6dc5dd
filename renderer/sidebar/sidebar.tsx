// The left pane: who is here, the chats, and the ways to the other places.

import { Database, LibraryBig, LogOut, Search, Settings, SquarePen } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Avatar } from '../profiles/avatar.tsx';
import { newConversation } from '../state/conversations.ts';
import { choosePerson, usePeople } from '../state/people.ts';
import { goTo, useView, type Place } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { Menu, MenuItem, MenuLabel, MenuLine } from '../ui/menu.tsx';
import { ChatList } from './chat-list.tsx';
import { ThemeSwitch } from './theme-switch.tsx';

export function Sidebar() {
  const [filter, setFilter] = useState('');
  return (
    <nav className="sidebar" aria-label="Chats and places">
      <PersonMenu />
      <Button className="new-chat" onClick={begin}>
        <SquarePen size={16} aria-hidden="true" /> New chat
      </Button>
      <label className="search">
        <Search size={15} aria-hidden="true" />
        <input
          id="chat-search"
          type="search"
          aria-label="Search chats"
          placeholder="Search"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      </label>
      <ChatList filter={filter} />
      <div className="places">
        <PlaceLink place="library" icon={<LibraryBig size={17} />}>
          Library
        </PlaceLink>
        <PlaceLink place="cache" icon={<Database size={17} />}>
          Memory
        </PlaceLink>
        <div className="places-row">
          <button
            type="button"
            className="place-link"
            onClick={() => useView.setState({ settingsOpen: true, drawerOpen: false })}
          >
            <Settings size={17} aria-hidden="true" /> Settings
          </button>
          <ThemeSwitch />
        </div>
      </div>
    </nav>
  );
}

function begin(): void {
  newConversation();
  goTo('chat');
}

function PlaceLink({ place, icon, children }: { place: Place; icon: ReactNode; children: ReactNode }) {
  const here = useView((view) => view.place === place);
  return (
    <button type="button" className="place-link" aria-current={here ? 'page' : undefined} onClick={() => goTo(place)}>
      {icon} {children}
    </button>
  );
}

function PersonMenu() {
  const people = usePeople((store) => store.people);
  const currentId = usePeople((store) => store.currentId);
  const person = people?.find((other) => other.id === currentId);
  if (person === undefined) return null;
  const others = people?.filter((other) => other.id !== currentId) ?? [];
  const change = (id: typeof currentId) => {
    goTo('chat');
    choosePerson(id);
  };
  return (
    <Menu
      trigger={
        <button type="button" className="person-button" aria-label={`${person.name}. Switch person`}>
          <Avatar person={person} sizePx={34} />
          <span className="ellipsis">{person.name}</span>
        </button>
      }
    >
      {others.length > 0 && <MenuLabel>Switch to</MenuLabel>}
      {others.slice(0, 6).map((other) => (
        <MenuItem key={other.id} icon={<Avatar person={other} sizePx={22} />} onSelect={() => change(other.id)}>
          {other.name}
        </MenuItem>
      ))}
      {others.length > 0 && <MenuLine />}
      <MenuItem icon={<LogOut size={16} />} onSelect={() => change(null)}>
        Leave, and show everyone
      </MenuItem>
    </Menu>
  );
}
