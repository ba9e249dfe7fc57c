using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging;
using Tessera.ServiceDefaults;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

/// <summary>POST /webhooks/{id}/test: a message like any other, that says nothing.</summary>
internal static class SendTest
{
    public static async Task<Results<Accepted<TestDeliveryView>, ProblemHttpResult>> Handle(
        Guid id, Caller caller, EndpointStore endpoints, QueueDeliveries queue, UnitOfWork work, CancellationToken stop)
    {
        if (await endpoints.FindAsync(id, caller, stop) is not { } endpoint) return ReadEndpoints.Missing(id);
        if (Redeliver.FaultOf(endpoint) is { } fault) return fault;
        await work.BeginAsync(stop);
        var delivery = queue.ForOne(
            new Listener(id, endpoint.IsOrdered, endpoint.State), PublicTest.Type, id.ToString(), new PublicTest(id),
            Activity.Current?.Id);
        await work.CommitAsync(stop);
        return TypedResults.Accepted($"/webhooks/{id}/deliveries/{delivery}", new TestDeliveryView(delivery));
    }
}
