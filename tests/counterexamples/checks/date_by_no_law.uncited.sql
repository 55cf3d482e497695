-- expect: mhclg_acv_current
update legal_regime set commenced_by = null where regime = 'acv_2011';
