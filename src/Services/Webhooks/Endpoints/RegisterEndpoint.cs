using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

internal static class RegisterEndpoint
{
    public static async Task<Results<Created<RegisteredEndpoint>, ProblemHttpResult>> Handle(
        RegisterEndpointRequest request, Caller caller, CheckEndpoint check, EndpointStore endpoints,
        EndpointSecrets secrets, IOptions<WebhookOptions> options, TimeProvider clock, HttpContext context,
        CancellationToken stop)
    {
        var client = context.User.FindFirst("client_id")?.Value;
        if (check.FaultOf(request.Url, request.Types, client) is { } fault)
            return TypedResults.Problem(fault, statusCode: StatusCodes.Status422UnprocessableEntity);
        var now = clock.GetUtcNow();
        var secret = EndpointSecrets.New();
        var endpoint = new Endpoint(
            Guid.CreateVersion7(now), caller.Id, request.Url, request.Description, request.OrderedByKey,
            EndpointState.Active, null, secrets.Seal(secret), null, null, null, now, request.Contact);
        var isOwn = client == CheckEndpoint.OwnClient && CheckEndpoint.IsOwn(new Uri(request.Url), options.Value);
        if (isOwn && await endpoints.AdoptAsync(endpoint, request.Types, stop) is { } adopted) endpoint = adopted;
        else if (!await endpoints.TryAddAsync(endpoint, request.Types, options.Value.EndpointsPerOwnerMax, stop))
        {
            return TypedResults.Problem(
                $"You have {options.Value.EndpointsPerOwnerMax} endpoints, as many as one may have. Delete one first.",
                statusCode: StatusCodes.Status409Conflict);
        }
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created(
            $"/webhooks/{endpoint.Id}", new RegisteredEndpoint(endpoint.View(request.Types.Distinct(), now), secret));
    }
}
