// Starts the page: finds the host, shows the app.

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { chooseHost } from './host/choose-host.ts';
import { attachHost } from './state/engine.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/dialogs.css';
import './styles/layout.css';
import './styles/profiles.css';
import './styles/chat.css';
import './styles/composer.css';
import './styles/prose.css';
import './styles/reuse.css';
import './styles/tokens-view.css';
import './styles/corrections.css';
import './styles/library.css';
import './styles/cache.css';
import './styles/compare.css';
import './styles/settings.css';

attachHost(chooseHost());

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no place for the app.');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
