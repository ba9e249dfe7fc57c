using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.ServiceDefaults;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

internal static class ChangeEndpoint
{
    public static async Task<Results<Ok<EndpointView>, ProblemHttpResult>> Handle(
        Guid id, ChangeEndpointRequest request, Caller caller, CheckEndpoint check, EndpointStore endpoints,
        CountDeliveries count, TimeProvider clock, HttpContext context, CancellationToken stop)
    {
        if (check.FaultOf(request.Url, request.Types, context.User.FindFirst("client_id")?.Value) is { } fault)
            return TypedResults.Problem(fault, statusCode: StatusCodes.Status422UnprocessableEntity);
        if (await endpoints.FindAsync(id, caller, stop) is null) return ReadEndpoints.Missing(id);
        await endpoints.ChangeAsync(id, request, stop);
        return await ReadEndpoints.One(id, caller, endpoints, count, clock, stop);
    }

    public static async Task<Results<Ok<EndpointView>, ProblemHttpResult>> Pause(
        Guid id, Caller caller, EndpointStore endpoints, CountDeliveries count, TimeProvider clock,
        CancellationToken stop, ActRequest? request = null)
    {
        if (await endpoints.FindAsync(id, caller, stop) is null) return ReadEndpoints.Missing(id);
        await endpoints.PauseAsync(id, Act.Of(caller.Id, Act.Paused, request?.Reason, clock), stop);
        return await ReadEndpoints.One(id, caller, endpoints, count, clock, stop);
    }

    public static async Task<Results<Ok<EndpointView>, ProblemHttpResult>> Resume(
        Guid id, Caller caller, EndpointStore endpoints, CountDeliveries count, TimeProvider clock,
        CancellationToken stop, ActRequest? request = null)
    {
        if (await endpoints.FindAsync(id, caller, stop) is null) return ReadEndpoints.Missing(id);
        await endpoints.ResumeAsync(id, Act.Of(caller.Id, Act.Resumed, request?.Reason, clock), stop);
        return await ReadEndpoints.One(id, caller, endpoints, count, clock, stop);
    }

    public static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        Guid id, Caller caller, EndpointStore endpoints, CancellationToken stop)
    {
        if (await endpoints.FindAsync(id, caller, stop) is null) return ReadEndpoints.Missing(id);
        await endpoints.DeleteAsync(id, stop);
        return TypedResults.NoContent();
    }
}
