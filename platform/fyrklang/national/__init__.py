"""What all förbund share: releases, comparison and what was learnt."""
