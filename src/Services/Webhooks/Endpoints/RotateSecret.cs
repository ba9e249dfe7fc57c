using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

/// <summary>POST /webhooks/{id}/secret. For a while both secrets sign, so that the other side can change over without
/// refusing anything. The one before the old one signs no more.</summary>
internal static class RotateSecret
{
    public static async Task<Results<Ok<NewSecretView>, ProblemHttpResult>> Handle(
        Guid id, Caller caller, EndpointStore endpoints, EndpointSecrets secrets, IOptions<WebhookOptions> options,
        TimeProvider clock, HttpContext context, CancellationToken stop)
    {
        if (await endpoints.FindAsync(id, caller, stop) is not { } endpoint) return ReadEndpoints.Missing(id);
        var secret = EndpointSecrets.New();
        var until = clock.GetUtcNow() + options.Value.SecretOverlap;
        await endpoints.ReplaceSecretAsync(id, secrets.Seal(secret), endpoint.Secret, until, stop);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new NewSecretView(secret, until));
    }
}
