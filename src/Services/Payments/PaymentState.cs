namespace Tessera.Payments;

internal enum PaymentState
{
    /// <summary>Nothing was heard of the order's payment yet.</summary>
    None,

    /// <summary>Asked for; the provider has not been asked.</summary>
    Requested,

    /// <summary>The provider has been asked, perhaps more than once; its answer is not known.</summary>
    Capturing,
    Captured,
    Declined,

    /// <summary>The money goes back; the provider has not confirmed it yet.</summary>
    Refunding,
    Refunded,

    /// <summary>Cancelled before the provider was asked: no money has moved.</summary>
    Cancelled,
}
