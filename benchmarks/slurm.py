"""What benchmarks/slurm.sh does once SLURM runs."""
import argparse, os, platform, re, subprocess, sys, time
from pathlib import Path
from dask_jobqueue import SLURMCluster
import kill

kill.EXPERIMENTS = {'01_from_noise': 'cyclegan-8'}
REPLICATES = 3

def jobs():
    "Return the numbers of the jobs that run"
    return subprocess.run(['squeue', '-h', '-t', 'R', '-o', '%i'], capture_output=True, text=True).stdout.split()

def job_of(pid):
    "Return the job of a process"
    environ = Path(f'/proc/{pid}/environ').read_bytes().decode(errors='replace')
    return re.search(r'SLURM_JOB_ID=(\d+)', environ)[1]

def start_cluster(folder):
    "Ask SLURM for two jobs of one core, each with one worker"
    cluster = SLURMCluster(cores=1, processes=1, job_cpu=1, memory='4GB', walltime='01:00:00', python=sys.executable,
                           job_directives_skip=['--mem'], worker_extra_args=['--memory-limit', '0'],
                           job_script_prologue=[f'cd {os.getcwd()}'], log_directory=str(folder/'jobs'))
    cluster.adapt(minimum_jobs=2, maximum_jobs=2) # a job that ends is replaced
    return cluster

def run(folder, say):
    "Run the experiment one after the other, then on jobs of which one is cancelled; return what differs"
    alone, on_slurm = folder/'alone', folder/'slurm'
    kill.to_the_end(kill.start(alone, replicates=REPLICATES))
    say(f'one process, one thread: {len(kill.finished(alone))} stages')
    with start_cluster(folder) as cluster:
        script = cluster.job_script().replace(os.getcwd(), '<checkout>').replace(str(folder), '<results>')
        say(f'jobs of SLURM: a script such as\n{script}')
        process = kill.start(on_slurm, replicates=REPLICATES, cluster=cluster.scheduler_address)
        found = kill.busy_worker(process, on_slurm, set())
        if not found: sys.exit('the table was done before a job could be cancelled')
        pid, lock = found
        job = job_of(pid)
        say(f'jobs {", ".join(jobs())} run; scancel {job}, which makes {lock.stem[1:]}')
        subprocess.run(['scancel', job], check=True)
        time.sleep(20)
        say(f'20 seconds later jobs {", ".join(jobs())} run')
        kill.to_the_end(process)
    odd = kill.differences(alone, on_slurm)
    say(f'{len(kill.results(alone))} files of results; that differ from those of one process: {odd or "none"}')
    return odd

def main(folder, report):
    folder = Path(folder)
    folder.mkdir(parents=True)
    version = subprocess.run(['sinfo', '--version'], capture_output=True, text=True).stdout.strip()
    lines = [f'{version}, {platform.platform()}, Python {platform.python_version()}']
    def say(text):
        lines.append(text)
        print(text, flush=True)
    odd = run(folder, say)
    Path(report).write_text('\n'.join(lines) + '\n')
    return bool(odd)

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('--folder', required=True)
    p.add_argument('--report', required=True)
    sys.exit(main(**vars(p.parse_args())))
