import time
from jobs_harness import wait_for
def test_smoke(rig):
    rig.start("relay"); rig.start("worker")
    rig.enqueue("test.note"); t=time.time(); wait_for(lambda: rig.states().get("DONE")==1); print("first", time.time()-t)
    lat=[]
    for _ in range(20):
        j=rig.enqueue("test.note")[0]
        wait_for(lambda: rig.job(j).state=="DONE")
        r=rig.job(j); lat.append((r.started_at-r.created_at).total_seconds())
        time.sleep(0.15)
    lat.sort(); print("latency p50", lat[10], "max", lat[-1])
    t=time.time(); rig.enqueue("test.note", many=300); print("enq", time.time()-t)
    t=time.time(); wait_for(lambda: rig.states().get("DONE")==321, 60); print("300 in", time.time()-t, rig.states())
