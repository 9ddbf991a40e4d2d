{{ compare_with_receipts(ref('sync_klaviyo__profiles'), 'klaviyo__profiles') }}
