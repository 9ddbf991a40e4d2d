{{ compare_with_receipts(ref('sync_sms__messages'), 'sms__messages') }}
