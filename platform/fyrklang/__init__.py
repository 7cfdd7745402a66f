"""Fyrklang: the shared platform of Sweden's samordningsförbund."""

__version__ = "0.1.0"
