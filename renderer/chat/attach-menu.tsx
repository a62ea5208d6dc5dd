// The paper clip: a file from this computer, or a document from the library.

import { FilePlus2, LibraryBig, Paperclip } from 'lucide-react';
import { useRef, useState } from 'react';
import { TEXT_FILES } from '../state/library.ts';
import { Menu, MenuItem } from '../ui/menu.tsx';
import { attachFiles } from './attach.ts';
import { LibraryPicker } from './library-picker.tsx';

export function AttachMenu() {
  const file = useRef<HTMLInputElement>(null);
  const [picking, setPicking] = useState(false);
  return (
    <>
      <Menu
        side="top"
        trigger={
          <button type="button" className="icon-button" aria-label="Add a document">
            <Paperclip size={18} />
          </button>
        }
      >
        <MenuItem icon={<FilePlus2 size={16} />} onSelect={() => file.current?.click()}>
          A text file, only for you
        </MenuItem>
        <MenuItem icon={<LibraryBig size={16} />} onSelect={() => setPicking(true)}>
          A document from the library
        </MenuItem>
      </Menu>
      <input
        ref={file}
        className="visually-hidden"
        type="file"
        accept={TEXT_FILES}
        multiple
        tabIndex={-1}
        aria-label="Text files to add"
        onChange={(event) => {
          void attachFiles([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      <LibraryPicker open={picking} onClose={() => setPicking(false)} />
    </>
  );
}
