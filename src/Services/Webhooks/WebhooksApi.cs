using Tessera.ServiceDefaults;

namespace Tessera.Webhooks;

internal static class WebhooksApi
{
    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        // For operators and for machines with the scope: whose endpoint it is, each operation asks.
        var webhooks = routes.MapGroup("/webhooks").WithTags("webhooks")
            .RequireAuthorization(Policies.Operator).RequireScope(Scopes.Webhooks);
        webhooks.MapGet("/types", ListTypes.Handle);
        webhooks.MapPost("/", RegisterEndpoint.Handle);
        webhooks.MapGet("/", ReadEndpoints.List);
        webhooks.MapGet("/{id:guid}", ReadEndpoints.One);
        webhooks.MapPut("/{id:guid}", ChangeEndpoint.Handle);
        webhooks.MapDelete("/{id:guid}", ChangeEndpoint.Delete);
        webhooks.MapPost("/{id:guid}/pause", ChangeEndpoint.Pause);
        webhooks.MapPost("/{id:guid}/resume", ChangeEndpoint.Resume);
        webhooks.MapPost("/{id:guid}/secret", RotateSecret.Handle);
        webhooks.MapPost("/{id:guid}/test", SendTest.Handle);
        webhooks.MapGet("/{id:guid}/acts", ReadActs.Handle);
        webhooks.MapGet("/{id:guid}/deliveries", ReadDeliveries.List);
        webhooks.MapGet("/{id:guid}/deliveries/{delivery:guid}", ReadDeliveries.One);
        webhooks.MapPost("/{id:guid}/deliveries/{delivery:guid}/redeliver", Redeliver.One);
        webhooks.MapPost("/{id:guid}/redeliveries", Redeliver.Many);
    }
}
