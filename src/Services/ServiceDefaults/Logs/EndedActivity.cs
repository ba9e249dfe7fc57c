using System.Diagnostics;

namespace Tessera.ServiceDefaults;

/// <summary>For what is logged after a commit and belongs to a request or an event whose activity is over by then: an
/// ended activity cannot be the current one again.</summary>
public static class EndedActivity
{
    /// <summary>An activity in the same place of the same trace, current until it is disposed; never exported.
    /// </summary>
    /// <param name="ended">Null: nothing is changed.</param>
    public static Activity? Return(Activity? ended)
    {
        if (ended is null) return null;
        var here = new Activity(ended.OperationName);
        here.SetParentId(ended.TraceId, ended.SpanId, ended.ActivityTraceFlags);
        for (var activity = ended; activity is not null; activity = activity.Parent)
        {
            if (activity.GetTagItem(LogPlace.EventTag) is null) continue;
            foreach (var tag in LogPlace.Tags) here.SetTag(tag, activity.GetTagItem(tag));
            break;
        }
        return here.Start();
    }
}
