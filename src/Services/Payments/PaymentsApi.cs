using Microsoft.AspNetCore.Mvc;
using Tessera.Payments.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Payments;

internal static class PaymentsApi
{
    public static void MapPayments(this IEndpointRouteBuilder routes)
    {
        var payments = routes.MapGroup("/payments");
        payments.MapGet("/orders/{order:guid}", ReadPayments.OfOrder).RequireAuthorization(Policies.SignedIn)
            .RequireScope(Scopes.PaymentsRead);
        payments.MapGet("/orders/{order:guid}/history", ReadPaymentHistory.Handle)
            .RequireAuthorization(Policies.Operator).RequireScope(Scopes.PaymentsRead);
        payments.MapGet("/export", ExportPayments.Handle).RequireAuthorization(Policies.Person)
            .RequireScope(Scopes.PaymentsRead);
        payments.MapGet("/ledger", ReadPayments.LedgerSummary).RequireAuthorization(Policies.Operator)
            .RequireScope(Scopes.PaymentsRead);
        // Who calls, the signature says.
        payments.MapPost("/callbacks/{provider}", TakeCallback.Handle).AllowAnonymous()
            .Accepts<PaymentCallback>("application/json")
            .WithMetadata(new RequestSizeLimitAttribute(TakeCallback.SizeBytesMax));
    }
}
